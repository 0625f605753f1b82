package support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextLinesTest {
    @TempDir
    Path folder;

    @Test
    void paragraphsAreBetweenEmptyLines() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "\none\r\ntwo\n\n \n\nthree\n");
        TextLines text = TextLines.read(file, "unused");
        assertThat(text.lines()).startsWith("", "one", "two");
        assertThat(text.paragraphs()).containsExactly("one\ntwo", "three");
        assertThat(TextLines.read(null, "tempest.txt").paragraphs()).hasSize(12);
    }

    @Test
    void whatIsNoTextSaysWhy() throws IOException {
        Path latin = Files.write(folder.resolve("latin"), "frère".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> TextLines.read(latin, "")).hasMessage(latin + " is not UTF-8; save it as UTF-8");
        Path empty = Files.writeString(folder.resolve("empty"), " \n");
        assertThatThrownBy(() -> TextLines.read(empty, "")).hasMessage(empty + " is empty, expected text");
        assertThatThrownBy(() -> TextLines.read(folder.resolve("none"), "")).isInstanceOf(NoSuchFileException.class);
    }
}
