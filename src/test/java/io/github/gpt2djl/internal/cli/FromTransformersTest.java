package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.ContextPolicy;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.training.Trainer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What examples/from-transformers.md says of arguments is so; its code is run by SnippetsTest. */
class FromTransformersTest {
    /** {@code list(GenerationConfig().__dict__)} in transformers 5.23.0. */
    private static final Set<String> THEIRS = Set.of(
            ("max_length max_new_tokens min_length min_new_tokens early_stopping max_time stop_strings do_sample num_beams"
                            + " use_mtp use_cache cache_implementation cache_config max_cache_len temperature top_k top_p"
                            + " min_p top_h typical_p epsilon_cutoff eta_cutoff repetition_penalty"
                            + " encoder_repetition_penalty length_penalty no_repeat_ngram_size bad_words_ids"
                            + " renormalize_logits forced_bos_token_id forced_eos_token_id remove_invalid_values"
                            + " exponential_decay_length_penalty suppress_tokens begin_suppress_tokens sequence_bias"
                            + " token_healing guidance_scale watermarking_config num_return_sequences output_attentions"
                            + " output_hidden_states output_scores output_logits return_dict_in_generate pad_token_id"
                            + " bos_token_id eos_token_id encoder_no_repeat_ngram_size decoder_start_token_id"
                            + " is_assistant num_assistant_tokens num_assistant_tokens_schedule"
                            + " assistant_confidence_threshold prompt_lookup_num_tokens max_matching_ngram_size"
                            + " assistant_early_exit assistant_lookbehind target_lookbehind assistant_ensemble_weight"
                            + " speculation_type compile_config disable_compile continuous_batching_config low_memory"
                            + " penalty_alpha dola_layers diversity_penalty num_beam_groups constraints force_words_ids"
                            + " prefill_chunk_size _from_model_config transformers_version")
                    .split(" "));

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Set<String> METHODS = Stream.of(
                    Gpt2.class,
                    GenerationConfig.class,
                    GenerationConfigBuilder.class,
                    ContextPolicy.class,
                    LoadOptions.class,
                    ModelConfig.class,
                    ModelSource.class,
                    Prompt.class,
                    Checkpoint.class,
                    Trainer.class,
                    List.class)
            .flatMap(type -> Arrays.stream(type.getMethods()))
            .map(Method::getName)
            .collect(Collectors.toSet());

    private static final String PAGE = read();
    private static final List<Row> ROWS = PAGE.lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split(" *\\| *", -1))
            .filter(cells -> cells.length == 6)
            .map(cells -> new Row(code(cells[1]), cells[2], code(cells[3]), cells[4]))
            .toList();

    /** A row of the tables of options. */
    private record Row(List<String> names, String java, List<String> flags, String remark) {}

    @Test
    void eachOfTheirsAndOfOursHasARow() {
        List<String> names = ROWS.stream().flatMap(row -> row.names.stream()).toList();
        assertThat(names).doesNotHaveDuplicates().containsAll(THEIRS);
        GenerationOption.all().forEach(option -> assertThat(names).contains(option.key()));
        assertThat(names)
                .allSatisfy(name -> assertThat(THEIRS.contains(name) || GenerationOption.find(name) != null)
                        .isTrue());
    }

    @Test
    void anOptionOfOursIsNamedAsItIs() {
        int found = 0;
        for (Row row : ROWS) {
            for (String name : row.names) {
                GenerationOption<?> option = GenerationOption.find(name);
                if (option != null) {
                    assertThat(row.java).contains("`." + option.name() + "(");
                    assertThat(row.flags).contains(GenerationFlags.flag(option));
                    found++;
                }
            }
        }
        assertThat(found).isEqualTo(GenerationOption.all().size());
    }

    @Test
    void whatIsNotHereIsAnErrorInAFileOrIgnored() {
        int ignored = 0;
        int refused = 0;
        for (Row row : ROWS) {
            for (String name : row.names) {
                String json = "{\"" + name + "\": 1}";
                if (row.remark.contains("ignored")) {
                    assertThat(GenerationConfig.parse(json)).as(json).isEqualTo(GenerationConfig.parse("{}"));
                    ignored++;
                } else if (GenerationOption.find(name) == null) {
                    assertThat(row.java).isEqualTo("no");
                    assertThatThrownBy(() -> GenerationConfig.parse(json)).hasMessageContaining("not supported");
                    refused++;
                }
            }
        }
        assertThat(ignored).isGreaterThan(10);
        assertThat(refused).isGreaterThan(20);
    }

    @Test
    void flagsAndMethodsExist() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        Set<String> flags = Main.command(nowhere, nowhere).getSubcommands().values().stream()
                .flatMap(command -> command.getCommandSpec().optionsMap().keySet().stream())
                .collect(Collectors.toSet());
        // Without the first column, which is theirs.
        String ours = PAGE.lines()
                .filter(line -> line.startsWith("|"))
                .map(line -> line.substring(line.indexOf('|', 1)))
                .collect(Collectors.joining("\n"));
        assertThat(found(ours, "(?<=[` ])--[a-z-]+")).hasSizeGreaterThan(30).allMatch(flags::contains);
        assertThat(found(ours, "(?<=[`.])[a-z]\\w+(?=\\()"))
                .hasSizeGreaterThan(30)
                .allMatch(METHODS::contains);
    }

    private static List<String> found(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .toList();
    }

    private static List<String> code(String cell) {
        return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
    }

    private static String read() {
        try {
            return Files.readString(Path.of("examples/from-transformers.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
