package dev.wherry.cli.client.change;

import dev.wherry.cli.client.failure.ClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Words such as {@code key=value} and {@code key-}, apart from those that name objects.
 *
 * @param objects the words before the changes
 * @param pairs the changes as they were written
 */
public record KeyChanges(List<String> objects, List<String> pairs) {
  public KeyChanges {
    objects = List.copyOf(objects);
    pairs = List.copyOf(pairs);
  }

  /**
   * Splits the words behind a verb.
   *
   * @param what a change is called, such as {@code label}
   */
  public static KeyChanges split(List<String> words, String what) {
    List<String> objects = new ArrayList<>();
    List<String> pairs = new ArrayList<>();
    for (String word : words) {
      boolean change = word.indexOf('=') > 0 || word.endsWith("-") && !word.equals("-");
      if (change) {
        pairs.add(word);
      } else if (pairs.isEmpty()) {
        objects.add(word);
      } else {
        throw ClientException.error(
            "all resources must be specified before " + what + " changes: " + word);
      }
    }
    return new KeyChanges(objects, pairs);
  }

  /**
   * What is set, in the order of the keys.
   *
   * @throws ClientException for a word that is neither a pair nor, where that is allowed, a removal
   */
  public Map<String, String> set(String what, boolean removable) {
    Map<String, String> set = new TreeMap<>();
    List<String> invalid = new ArrayList<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        set.put(pair.substring(0, equals), pair.substring(equals + 1));
      } else if (!removable) {
        invalid.add(pair);
      }
    }
    if (!invalid.isEmpty()) {
      throw ClientException.error("invalid " + what + " format: " + String.join(", ", invalid));
    }
    return set;
  }

  /** The keys that are removed. */
  public List<String> removed() {
    return pairs.stream()
        .filter(pair -> pair.indexOf('=') <= 0)
        .map(pair -> pair.substring(0, pair.length() - 1))
        .toList();
  }
}
