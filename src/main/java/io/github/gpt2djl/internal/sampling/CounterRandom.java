package io.github.gpt2djl.internal.sampling;

/**
 * Stateless random numbers: a function of seed, row and step, so that a token's draw depends neither on the batch nor
 * on earlier draws.
 *
 * <p>Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): key =
 * seed, counter = (step, row, 0, 0). Torch's seeds give other numbers.
 *
 * <pre>{@code
 * double draw = CounterRandom.uniform(1, 0, 5);
 * System.out.println(draw == CounterRandom.uniform(1, 0, 5)); // true
 * System.out.println(draw == CounterRandom.uniform(1, 0, 6)); // false
 * }</pre>
 */
public final class CounterRandom {
    private static final int ROUNDS = 10;
    private static final long M0 = 0xD2511F53L;
    private static final long M1 = 0xCD9E8D57L;
    private static final int WEYL0 = 0x9E3779B9;
    private static final int WEYL1 = 0xBB67AE85;

    private CounterRandom() {}

    /**
     * Returns a number in [0, 1), a multiple of 2<sup>-53</sup>.
     *
     * @param seed any
     * @param row the sequence's number among the sequences of its prompt
     * @param step the new token's number in its sequence, from 0
     * @return the same for the same three
     */
    public static double uniform(long seed, int row, int step) {
        int[] word = philox(new int[] {step, row, 0, 0}, (int) seed, (int) (seed >>> 32));
        return fraction(word[0], word[1]);
    }

    /**
     * Returns a number of the standard normal distribution, identical to the last bit on every JDK (Box and Muller, "A
     * note on the generation of random normal deviates", 1958).
     *
     * @param seed any
     * @param stream one of 2<sup>32</sup> rows of numbers
     * @param index of the number in its row, at least 0
     * @return the same for the same three
     */
    public static double gaussian(long seed, int stream, long index) {
        int[] word = philox(new int[] {(int) index, stream, (int) (index >>> 32), 1}, (int) seed, (int) (seed >>> 32));
        // Math's functions may differ in the last bit from JDK to JDK.
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - fraction(word[0], word[1])));
        return radius * StrictMath.cos(2 * Math.PI * fraction(word[2], word[3]));
    }

    /** Returns a multiple of 2^-53 below 1. */
    private static double fraction(int high, int low) {
        long bits = ((high & 0xffffffffL) << 32) | (low & 0xffffffffL);
        return (bits >>> 11) * 0x1p-53;
    }

    public static int[] philox(int[] counter, int key0, int key1) {
        int c0 = counter[0];
        int c1 = counter[1];
        int c2 = counter[2];
        int c3 = counter[3];
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = M0 * (c0 & 0xffffffffL);
            long product1 = M1 * (c2 & 0xffffffffL);
            c0 = (int) (product1 >>> 32) ^ c1 ^ (key0 + round * WEYL0);
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ (key1 + round * WEYL1);
            c3 = (int) product0;
        }
        return new int[] {c0, c1, c2, c3};
    }
}
