package io.github.gpt2djl.internal.decoder;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of the folder torchscript, as a saved module holds it.
 *
 * <p>A saved module has no imports: each name of another file is written in full, {@code __torch__.batch.Batch}. So the
 * import lines are emptied, and the imported names are written in full. Line numbers stay the same.
 *
 * @param module the name by which other files import the file, such as {@code kernels.int8}
 * @param imports modules that the file names, except libtorch's own
 * @param text the source
 */
record TorchScriptFile(String module, Set<String> imports, String text) {
    static final String ROOT = "__torch__.";
    private static final String OF_LIBTORCH = "torch.";
    private static final Pattern IMPORT = Pattern.compile("^(?:from (\\S+) )?import (.+)$", Pattern.MULTILINE);
    private static final Pattern IMPORTED = Pattern.compile("(\\w+)(?: as (\\w+))?");
    private static final Pattern DEFINITION = Pattern.compile("^(?:class|def) (\\w+)", Pattern.MULTILINE);
    /** A name, or a string, in which a word is not a name. */
    private static final Pattern NAME = Pattern.compile("\"[^\"\n]*\"|(?<![\\w.])(?<!class )(?<!def )[A-Za-z_]\\w*");

    /** An attribute that a class declares. */
    record Attribute(String name, String type) {}

    /**
     * Reads a file.
     *
     * @param module the name that others import it by
     * @param path the path of the file below torchscript, without its ending
     */
    static TorchScriptFile read(String module, String path) throws IOException {
        String resource = "/io/github/gpt2djl/torchscript/" + path + ".py";
        try (InputStream source = TorchScriptFile.class.getResourceAsStream(resource)) {
            if (source == null) {
                throw new IOException(resource + " is not in the jar; build it again");
            }
            return parse(module, new String(source.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    static TorchScriptFile parse(String module, String source) {
        Map<String, String> fullNames = new LinkedHashMap<>();
        Set<String> imports = new LinkedHashSet<>();
        DEFINITION.matcher(source).results().forEach(found -> {
            fullNames.put(found.group(1), ROOT + module + "." + found.group(1));
        });
        IMPORT.matcher(source).results().forEach(found -> {
            String from = found.group(1);
            IMPORTED.matcher(found.group(2)).results().forEach(name -> {
                String full = from == null ? name.group(1) : from + "." + name.group(1);
                fullNames.put(name.group(2) == null ? name.group(1) : name.group(2), ROOT + full);
                imports.add(from == null ? name.group(1) : from);
            });
        });
        imports.removeIf(name -> name.startsWith(OF_LIBTORCH));
        String text = NAME.matcher(IMPORT.matcher(source).replaceAll(""))
                .replaceAll(found -> fullNames.getOrDefault(found.group(), found.group()));
        return new TorchScriptFile(module, imports, text);
    }

    /**
     * The attributes that a class of this file declares, in order.
     *
     * @throws IllegalStateException if there is no such class
     */
    List<Attribute> attributes(String name) {
        Matcher body = Pattern.compile("^class " + name + "\\(Module\\):\n((?:  .*\n|\n)*)", Pattern.MULTILINE)
                .matcher(text);
        if (!body.find()) {
            throw new IllegalStateException(module + ".py has no class " + name + "(Module)");
        }
        List<Attribute> attributes = new ArrayList<>();
        Pattern.compile("^  (\\w+) : ([^ #\n]+)", Pattern.MULTILINE)
                .matcher(body.group(1))
                .results()
                .forEach(found -> attributes.add(new Attribute(found.group(1), found.group(2))));
        return attributes;
    }
}
