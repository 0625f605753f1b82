package io.github.gpt2djl;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The arrows between packages and classes: the API is told from its inside, and data flow one way. */
class ArchitectureTest {
    private static final String ROOT = "io.github.gpt2djl";
    private static final String INTERNAL = ROOT + ".internal";
    private static final DescribedPredicate<JavaClass> IS_ARRAY = describe("arrays", JavaClass::isArray);
    private static final Class<?>[] WRONG_OPTIONS = {InvalidOptionException.class, NamedOption.class, OptionNaming.class
    };
    /** What callers see of a model. Only the commands, which are callers, may know these. */
    private static final Class<?>[] FACADE = {Gpt2.class, ContinuousBatch.class, TraceJson.class, KnownModel.class};
    /** A class and its builder name each other; a ranking is a view of the candidates; words hold pairs, and pairs words. */
    private static final Map<String, String> TOGETHER = Map.of(
            "GenerationConfigBuilder", "GenerationConfig",
            "TrainingOptionsBuilder", "TrainingOptions",
            "Ranking", "Candidates",
            "Word", "Pairs");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** Records, options and exceptions of the root are for all; the other packages are named. */
    @ParameterizedTest
    @CsvSource({
        "internal.machine, ''",
        "internal.sampling, ''",
        "internal.json, ''",
        "sampling, internal.sampling",
        "internal.config, checkpoint internal.files internal.json",
        "internal.files, checkpoint internal.json",
        "internal.checkpoint, checkpoint internal.files internal.json",
        "internal.tokenizer, checkpoint internal.json internal.machine",
        "tokenizer, checkpoint internal.json internal.tokenizer",
        "internal.hub, checkpoint internal.files internal.checkpoint internal.json",
        "internal.decoder, checkpoint training sampling internal.files internal.machine internal.sampling"
                + " internal.checkpoint",
        "internal.loop, sampling internal.decoder internal.sampling",
        "internal.generation, checkpoint sampling tokenizer internal.config internal.decoder internal.files internal.loop"
                + " internal.machine internal.tokenizer",
        "inspection, sampling",
        "internal.inspection, inspection sampling internal.decoder internal.generation internal.machine",
        "internal.bench, sampling tokenizer internal.decoder internal.generation internal.hub internal.json"
                + " internal.loop internal.sampling internal.tokenizer",
        "training, checkpoint tokenizer internal.decoder internal.files internal.json internal.sampling",
        "djl, checkpoint internal.json internal.machine",
        "internal.cli, checkpoint inspection sampling tokenizer training internal.bench internal.config internal.decoder"
                + " internal.files internal.generation internal.hub internal.json internal.tokenizer"
    })
    void packagesUseOnlyWhatIsBelow(String name, String allowed) {
        String[] within = Stream.concat(
                        Stream.of(ROOT, ROOT + "." + name),
                        Arrays.stream(allowed.split(" ")).map(each -> ROOT + "." + each))
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(ROOT + "." + name)
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(within))))
                .check(CLASSES);
    }

    @Test
    void machineryKnowsNoFacade() {
        noClasses()
                .that()
                .resideInAPackage(INTERNAL + "..")
                .and()
                .resideOutsideOfPackage(INTERNAL + ".cli")
                .should()
                .dependOnClassesThat(belongToAnyOf(FACADE))
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(INTERNAL + ".(*)..").should().beFreeOfCycles().check(CLASSES);
        slices().matching(ROOT + ".(*)").should().beFreeOfCycles().check(CLASSES);
    }

    /**
     * Classes have no cycles within the API, and none within the machinery. From one into the other and back there are:
     * {@code Checkpoint.open} returns a checkpoint that an internal class reads.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void classesHaveNoCycles(boolean internal) {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass one) {
                        boolean counts = one.getPackageName().startsWith(ROOT)
                                && one.getPackageName().startsWith(INTERNAL) == internal;
                        return counts ? SliceIdentifier.of(topLevel(one)) : SliceIdentifier.ignore();
                    }

                    @Override
                    public String getDescription() {
                        return internal ? "classes of the machinery" : "classes of the API";
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    private static String topLevel(JavaClass one) {
        String name = one.getName().replaceAll("[$;].*", "").replaceAll("^\\[+L", "");
        String simple = name.substring(name.lastIndexOf('.') + 1);
        return TOGETHER.containsKey(simple) ? name.replace(simple, TOGETHER.get(simple)) : name;
    }

    /** Each file of the root package is API. The module exports all packages but the internal ones. */
    @Test
    void theRootHasTheApiAlone() throws IOException {
        classes()
                .that()
                .resideInAPackage(ROOT)
                .and()
                .areTopLevelClasses()
                .and()
                .doNotHaveSimpleName("package-info")
                .should()
                .bePublic()
                .check(CLASSES);
        String exported = Files.readString(Path.of("src/main/java/module-info.java"));
        CLASSES.stream()
                .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getPackageName)
                .distinct()
                .forEach(name -> assertThat(exported.contains("exports " + name + ";"))
                        .as(name)
                        .isEqualTo(!name.startsWith(INTERNAL)));
    }

    /** What all packages may throw knows none of them, but for the package that writes JSON: messages show texts as JSON. */
    @Test
    void wrongOptionsKnowNoOptions() {
        noClasses()
                .that(belongToAnyOf(WRONG_OPTIONS))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..")
                        .and(not(belongToAnyOf(WRONG_OPTIONS)))
                        .and(not(resideInAPackage(INTERNAL + ".json")))
                        .and(not(IS_ARRAY)))
                .check(CLASSES);
    }

    /** Package djl is an engine to DJL, whose interfaces speak of arrays; it has none. */
    @Test
    void arraysStayInTheDecoder() {
        noClasses()
                .that()
                .resideOutsideOfPackages(INTERNAL + ".decoder", ROOT + ".djl")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl.ndarray..", "ai.djl.engine..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackage(INTERNAL + ".decoder")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl.pytorch..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("ai.djl.ndarray.NDArray")
                .check(CLASSES);
    }

    /** What is JSON and what is not is decided in one place. */
    @Test
    void oneClassParsesJson() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(INTERNAL + ".json.JsonText")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("com.google.gson.JsonParser")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("com.google.gson.stream.JsonReader")
                .check(CLASSES);
        noClasses()
                .should()
                .callMethod(Gson.class, "fromJson", String.class, Class.class)
                .orShould()
                .callMethod(Gson.class, "fromJson", Reader.class, Class.class)
                .check(CLASSES);
    }

    @Test
    void theTokenizerLibraryStaysInTheTokenizer() {
        noClasses()
                .that()
                .resideOutsideOfPackage(INTERNAL + ".tokenizer")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl.huggingface..")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineKnowsPicocliAndPrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage(INTERNAL + ".cli")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("picocli..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(java.io.PrintStream.class)
                .check(CLASSES);
    }

    @Test
    void topLevelClassesAreFinal() {
        classes()
                .that()
                .areNotInterfaces()
                .and()
                .areTopLevelClasses()
                .and()
                .doNotHaveSimpleName("package-info")
                .should()
                .haveModifier(JavaModifier.FINAL)
                .check(CLASSES);
    }

    /** The clock may be set while a generation or a download runs; only Retry-After, in Http, may be a date. */
    @Test
    void nothingAsksForTheTimeOfDay() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(INTERNAL + ".hub.Http")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat(resideInAPackage("java.time..").and(not(type(Duration.class))))
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Date.class)
                .check(CLASSES);
    }
}
