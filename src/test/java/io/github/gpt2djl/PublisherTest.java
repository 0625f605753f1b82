package io.github.gpt2djl;

import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.ITestResult;
import org.testng.TestListenerAdapter;
import org.testng.TestNG;

/** The publisher against the Reactive Streams specification, by the specification's own tests. */
class PublisherTest {
    /** What the TCK asks of the subclass; TestNG runs it. */
    public static final class Verification extends FlowPublisherVerification<Token> {
        private static final int MOST = 250;

        public Verification() {
            super(new TestEnvironment(2000, 200));
        }

        @Override
        public Flow.Publisher<Token> createFlowPublisher(long elements) {
            GenerationConfig config = GenerationConfig.builder()
                    .maxNewTokens((int) Math.max(1, elements))
                    .suppressTokens(SHAKESPEARE.config().eosId())
                    .build();
            return SHAKESPEARE.publisher(Prompt.of("A"), config);
        }

        @Override
        public Flow.Publisher<Token> createFailedFlowPublisher() {
            return SHAKESPEARE.publisher(
                    Prompt.ofIds(-1), GenerationConfig.builder().build());
        }

        @Override
        public long maxElementsFromPublisher() {
            return MOST;
        }
    }

    @TestFactory
    List<DynamicTest> theSpecificationIsMet() {
        TestListenerAdapter results = new TestListenerAdapter();
        TestNG testNg = new TestNG(false);
        testNg.setTestClasses(new Class<?>[] {Verification.class});
        testNg.addListener(results);
        testNg.run();
        List<DynamicTest> tests = new ArrayList<>();
        for (ITestResult passed : results.getPassedTests()) {
            tests.add(DynamicTest.dynamicTest(passed.getName(), () -> {}));
        }
        for (ITestResult failed : results.getFailedTests()) {
            tests.add(DynamicTest.dynamicTest(failed.getName(), () -> {
                throw failed.getThrowable();
            }));
        }
        assertThat(results.getPassedTests()).hasSizeGreaterThan(20);
        assertThat(results.getConfigurationFailures()).isEmpty();
        return tests;
    }
}
