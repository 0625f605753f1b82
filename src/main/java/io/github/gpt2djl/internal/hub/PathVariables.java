package io.github.gpt2djl.internal.hub;

import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Expands paths in environment variables as Python's {@code os.path.expanduser} and {@code expandvars} do. */
record PathVariables(Map<String, String> environment) {
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:([A-Za-z0-9_]+)|\\{([^}]*)\\})");

    /** Returns the expanded value of a variable. An empty variable counts as not set. */
    Path path(String variable, String absent) {
        String value = environment.get(variable);
        String text = value == null || value.isBlank() ? absent : value.strip();
        try {
            return Path.of(variables(home(variable, text)));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(variable + " is \"" + text + "\", expected a folder's path", e);
        }
    }

    /** Replaces {@code $NAME} and <code>${NAME}</code> once. Names of no variable stay. */
    private String variables(String text) {
        Matcher matcher = VARIABLE.matcher(text);
        return matcher.replaceAll(found -> {
            String value = environment.get(found.group(1) != null ? found.group(1) : found.group(2));
            return Matcher.quoteReplacement(value == null ? found.group() : value);
        });
    }

    private String home(String variable, String text) {
        if (!text.startsWith("~")) {
            return text;
        }
        if (!text.matches("~(?:[/" + Pattern.quote(File.separator) + "](?s:.*))?")) {
            throw new IllegalArgumentException(
                    variable + " is \"" + text + "\", and the home of another user is not looked up; write it out");
        }
        // Java's own property does not follow HOME, which Python reads first.
        String home = File.separatorChar == '/' ? environment.get("HOME") : null;
        return (home == null || home.isBlank() ? System.getProperty("user.home") : home) + text.substring(1);
    }
}
