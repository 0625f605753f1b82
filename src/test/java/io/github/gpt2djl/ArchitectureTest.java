package io.github.gpt2djl;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Duration;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows between packages: data flow one way, and no class knows what is to its right. */
class ArchitectureTest {
    private static final String ROOT = "io.github.gpt2djl";
    private static final DescribedPredicate<JavaClass> IS_ARRAY = describe("arrays", JavaClass::isArray);
    private static final Class<?>[] WRONG_OPTIONS = {InvalidOptionException.class, NamedOption.class, OptionNaming.class
    };
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @ParameterizedTest
    @CsvSource({
        "checkpoint, ''",
        "sampling, ''",
        "text, checkpoint",
        "decoder, checkpoint sampling",
        "generation, text decoder sampling",
        "hub, checkpoint",
        "training, checkpoint text decoder sampling",
        "djl, . checkpoint decoder",
        "cli, . decoder checkpoint hub sampling text training"
    })
    void packagesUseOnlyWhatIsBelow(String name, String allowed) {
        String[] packages = allowed.isEmpty() ? new String[0] : allowed.split(" ");
        String[] within = new String[packages.length + 1];
        within[0] = ROOT + "." + name;
        for (int i = 0; i < packages.length; i++) {
            within[i + 1] = packages[i].equals(".") ? ROOT : ROOT + "." + packages[i];
        }
        noClasses()
                .that()
                .resideInAPackage(ROOT + "." + name)
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..")
                        .and(not(resideInAnyPackage(within)))
                        .and(not(belongToAnyOf(WRONG_OPTIONS))))
                .check(CLASSES);
    }

    /** What all packages may throw knows none of them. */
    @Test
    void wrongOptionsKnowNoOptions() {
        noClasses()
                .that(belongToAnyOf(WRONG_OPTIONS))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..")
                        .and(not(belongToAnyOf(WRONG_OPTIONS)))
                        .and(not(IS_ARRAY)))
                .check(CLASSES);
    }

    /** Package djl is an engine to DJL, whose interfaces speak of arrays; it has none. */
    @Test
    void arraysStayInTheDecoder() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".decoder", ROOT + ".djl")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl.ndarray..", "ai.djl.engine..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".decoder")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl.pytorch..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("ai.djl.ndarray.NDArray")
                .check(CLASSES);
    }

    @Test
    void theTokenizerLibraryStaysInText() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".text")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl.huggingface..")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineKnowsPicocliAndPrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".cli")
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
                .doNotHaveFullyQualifiedName(ROOT + ".hub.Http")
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
