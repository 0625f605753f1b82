package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.hub.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The model's text stays one that can be read, what a kernel needs stays in the kernel's file, and all of it compiles. */
class TorchScriptFilesTest {
    private static final Path FOLDER = Path.of("src/main/resources/io/github/gpt2djl/torchscript");
    private static final Pattern KERNEL = Pattern.compile(
            "\\b(padd(ed|ing)|constant_pad\\w*|scales|weight_scale|packed|\\w*prepack\\w*|fbgemm|mkldnn|onednn"
                    + "|quanti[sz]\\w*|int_repr|q?int8|AMX|VNNI)\\b",
            Pattern.CASE_INSENSITIVE);
    private final ModelConfig config = Catalog.find("distilgpt2").orElseThrow().config();

    private static Map<String, List<String>> files() throws IOException {
        Map<String, List<String>> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(FOLDER)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(FOLDER.relativize(file).toString().replace('\\', '/'), Files.readAllLines(file));
            }
        }
        assertThat(files).hasSizeGreaterThan(20);
        return files;
    }

    @Test
    void theModelFitsOnABoard() throws IOException {
        assertThat(files().get("gpt2.py")).hasSizeLessThanOrEqualTo(150);
    }

    @Test
    void filesAreShortAndLinesAreNot() throws IOException {
        files().forEach((name, lines) -> {
            assertThat(lines).as(name).hasSizeLessThanOrEqualTo(150);
            assertThat(lines).as(name).allMatch(line -> line.length() <= (line.contains("def ") ? 240 : 180));
        });
    }

    /** A new kernel needs no change in another file. */
    @Test
    void onlyKernelsSpeakOfWhatKernelsDo() throws IOException {
        List<String> found = new ArrayList<>();
        files().forEach((name, lines) -> lines.stream()
                .filter(line ->
                        !name.startsWith("kernels/") && KERNEL.matcher(line).find())
                .forEach(line -> found.add(name + ": " + line)));
        assertThat(found).isEmpty();
        assertThat(files().get("kernels/fbgemm_int8.py").stream())
                .anyMatch(line -> KERNEL.matcher(line).find());
    }

    @Test
    void eachKernelHasTheSameMethods() throws IOException {
        Pattern method = Pattern.compile("  def (prepare|add|count|linear|linear_activated|fit|rounds)\\(.*");
        List<String> expected = files().get("kernels/plain.py").stream()
                .filter(line -> method.matcher(line).matches())
                .toList();
        assertThat(expected).hasSize(7);
        for (Kernel kernel : Kernel.values()) {
            assertThat(files().get(kernel.file() + ".py").stream()
                            .filter(line -> method.matcher(line).matches()))
                    .as(kernel.name())
                    .isEqualTo(expected);
        }
    }

    /** Kernels of other processors are compiled, too. A libtorch that lacks their operations could not do so. */
    @Test
    void eachKernelCompilesAsLayersAndAsHead() throws IOException {
        List<Kernel> kernels = Arrays.stream(Kernel.values())
                .filter(kernel -> Precision.FP16.isAvailable() || kernel.sharesTable())
                .toList();
        assertThat(kernels).hasSize(Precision.FP16.isAvailable() ? 12 : 3);
        try (NDManager manager = TorchEngine.start(0).newBaseManager(Device.cpu())) {
            for (Kernel kernel : kernels) {
                ExecutionTarget target = new ExecutionTarget(DeviceChoice.CPU, new Kernels(kernel, Kernel.PLAIN));
                TorchModule.load(DecoderArchive.pack(config, target), manager, true)
                        .close();
                target = new ExecutionTarget(DeviceChoice.CPU, new Kernels(Kernel.PLAIN, kernel));
                TorchModule.load(DecoderArchive.pack(config, target), manager, true)
                        .close();
            }
        }
    }

    @Test
    void aMethodThatJavaCallsAndTheSourceLacksIsToldWhenTheModuleIsLoaded() throws IOException {
        DecoderArchive.Packed training = DecoderArchive.packTraining(config, 0.1, 0, 0);
        DecoderArchive.Packed renamed = new DecoderArchive.Packed(training.bytes(), TorchMethod.OF_DECODER);
        try (NDManager manager = TorchEngine.start(0).newBaseManager(Device.cpu())) {
            assertThatThrownBy(() -> TorchModule.load(renamed, manager, true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the module has no method finite, only [fill, ");
        }
    }

    @Test
    void importedNamesAreWrittenInFull() {
        TorchScriptFile file = TorchScriptFile.parse("here", """
                # Of Batch.
                import tensors
                from batch import Batch, make as build
                from torch.classes.quantized import Base

                class Here(Module):
                  n : int  # a number
                  packed : List[Base]
                  batches : Batch

                  def run(self, batch: Batch) -> Tensor:
                    n : int
                    return half(tensors.fill(self.build, build(batch), tensors_2))

                def half(x: Tensor) -> Tensor:
                  return x
                """);
        assertThat(file.imports()).containsExactly("tensors", "batch");
        assertThat(file.text()).isEqualTo("""
                # Of __torch__.batch.Batch.



                class Here(Module):
                  n : int  # a number
                  packed : List[__torch__.torch.classes.quantized.Base]
                  batches : __torch__.batch.Batch

                  def run(self, batch: __torch__.batch.Batch) -> Tensor:
                    n : int
                    return __torch__.here.half(__torch__.tensors.fill(self.build, __torch__.batch.make(batch), tensors_2))

                def half(x: Tensor) -> Tensor:
                  return x
                """.replaceFirst("\n\n\n\n", "\n\n\n\n\n"));
        assertThat(file.attributes("Here"))
                .containsExactly(
                        new TorchScriptFile.Attribute("n", "int"),
                        new TorchScriptFile.Attribute("packed", "List[__torch__.torch.classes.quantized.Base]"),
                        new TorchScriptFile.Attribute("batches", "__torch__.batch.Batch"));
        assertThatThrownBy(() -> file.attributes("half"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("here.py has no class half(Module)");
    }
}
