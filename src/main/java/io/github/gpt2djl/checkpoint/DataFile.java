package io.github.gpt2djl.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Read-only bytes of any size, mapped piece by piece and never held in the heap. */
interface DataFile extends Closeable {

    /** The name for messages. */
    String name();

    /** Bytes in all. */
    long size();

    /**
     * Maps {@code length} bytes from {@code position}.
     *
     * @throws IOException if they cannot be mapped
     */
    MappedBytes map(long position, int length) throws IOException;

    /** Opens a file on disk. */
    static DataFile open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        long size = channel.size();
        return new DataFile() {
            @Override
            public String name() {
                return file.toString();
            }

            @Override
            public long size() {
                return size;
            }

            @Override
            public MappedBytes map(long position, int length) throws IOException {
                ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, position, length);
                ByteBuffer view = mapped.duplicate().order(ByteOrder.LITTLE_ENDIAN);
                return new MappedBytes(view, () -> Unmapper.unmap(mapped));
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /** Reads a resource of a jar, which cannot be mapped, into memory outside the heap. */
    static DataFile inMemory(String name, InputStream in) throws IOException {
        byte[] bytes = in.readAllBytes();
        ByteBuffer all = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        return new DataFile() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long size() {
                return all.capacity();
            }

            @Override
            public MappedBytes map(long position, int length) {
                ByteBuffer slice = all.slice(Math.toIntExact(position), length);
                return new MappedBytes(slice.order(ByteOrder.LITTLE_ENDIAN), () -> {});
            }

            @Override
            public void close() {}
        };
    }

    /**
     * Gives a mapping back at once.
     *
     * <p>Left to the garbage collector, the pages of a large checkpoint would stay resident beside the packed
     * weights. {@code Unsafe.invokeCleaner} is the JDK's only way before the foreign memory API.
     */
    final class Unmapper {
        private static final MethodHandle INVOKE_CLEANER = find();

        private Unmapper() {}

        static void unmap(ByteBuffer mapped) {
            try {
                INVOKE_CLEANER.invoke(mapped);
            } catch (Throwable e) {
                throw new IllegalStateException("cannot unmap a checkpoint's tensor", e);
            }
        }

        private static MethodHandle find() {
            try {
                Class<?> unsafe = Class.forName("sun.misc.Unsafe");
                var field = unsafe.getDeclaredField("theUnsafe");
                field.setAccessible(true);
                return MethodHandles.lookup()
                        .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                        .bindTo(field.get(null));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("this JDK has no sun.misc.Unsafe.invokeCleaner", e);
            }
        }
    }
}
