package io.github.gpt2djl.spark;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** A process that ends with the one that has started it, however that one ends. */
public final class Node {
    private Node() {}

    /** Runs the main method of the class that is named first, with the other arguments. */
    public static void main(String... args) throws ReflectiveOperationException {
        Thread watch = new Thread(Node::haltAtEndOfInput);
        watch.setDaemon(true);
        watch.start();
        Object rest = Arrays.copyOfRange(args, 1, args.length);
        Class.forName(args[0]).getMethod("main", String[].class).invoke(null, rest);
    }

    private static void haltAtEndOfInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // The end as well.
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }
}
