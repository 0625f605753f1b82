package io.github.gpt2djl;

/**
 * One generated token.
 *
 * @param id in the model's vocabulary
 * @param text what it adds to the text: whole characters only, so it is empty while a character spans tokens
 * @param logProbability natural logarithm, under the model itself (before temperature and any other rule)
 */
public record Token(int id, String text, double logProbability) {}
