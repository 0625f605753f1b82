package support;

/** Texts for the lessons, written for them, so that no model has learned them by heart. */
public final class Texts {
    /** Plain English of today. */
    public static final String PROSE = """
            My grandmother kept bees behind the old school, and every summer she let me help her with the honey. We \
            went out early, before the sun was hot, and she walked slowly between the white boxes and spoke to them \
            in a low voice. I was afraid at first. She told me that a bee does not want to sting anybody, because it \
            is the last thing that it will ever do, and that I should stand still and think of something pleasant. In \
            the evening we carried the frames into the kitchen and cut the wax with a warm knife. The house smelled of \
            smoke and flowers for days. She never sold the honey; she gave it to the neighbours, to the doctor, and to \
            the man who came to read the meter. When I asked her why, she said that the bees had not been paid either.\
            """;

    private Texts() {}

    /** "go north" as "You go north.", and "Hello" in quotes as what you say. */
    public static String ofPlayer(String line) {
        String said = line.startsWith("\"") ? "say " + line : line;
        String action = Character.toLowerCase(said.charAt(0)) + said.substring(1);
        return "You " + action.replaceFirst("^you ", "").replaceFirst("([^.!?\"])$", "$1.");
    }
}
