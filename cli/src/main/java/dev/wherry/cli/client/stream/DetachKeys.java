package dev.wherry.cli.client.stream;

import dev.wherry.cli.client.failure.ClientException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Keys that end a session and leave the command running, such as {@code ctrl-p,ctrl-q}.
 *
 * @param bytes what the terminal sends for them, in order
 */
public record DetachKeys(List<Integer> bytes) {
  /** No keys end the session. */
  public static final DetachKeys NONE = new DetachKeys(List.of());

  private static final int CONTROL_MASK = 0x1f;

  public DetachKeys {
    bytes = List.copyOf(bytes);
  }

  /**
   * Reads {@code a,ctrl-b}.
   *
   * @throws ClientException when a word is no key
   */
  public static DetachKeys parse(String text) {
    List<Integer> bytes = new ArrayList<>();
    for (String key : text.split(",", -1)) {
      String lower = key.toLowerCase(Locale.ROOT);
      if (key.length() == 1) {
        bytes.add((int) key.charAt(0));
      } else if (lower.matches("ctrl-[a-z@\\[\\\\\\]^_]")) {
        bytes.add(Character.toUpperCase(lower.charAt(5)) & CONTROL_MASK);
      } else {
        throw ClientException.error("could not bind detach keys: Unknown character: '" + key + "'");
      }
    }
    return new DetachKeys(bytes);
  }

  /** The input, ended when the keys were pressed one after the other. */
  InputStream watching(InputStream in, Runnable pressed) {
    return bytes.isEmpty() ? in : new Watching(in, bytes, pressed);
  }

  /** Keeps back what may be the beginning of the keys. */
  private static final class Watching extends FilterInputStream {
    private final List<Integer> keys;
    private final Runnable pressed;
    private final List<Integer> kept = new ArrayList<>();
    private boolean ended;

    Watching(InputStream in, List<Integer> keys, Runnable pressed) {
      super(in);
      this.keys = keys;
      this.pressed = pressed;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      int read = read(one, 0, 1);
      return read < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] chunk, int from, int length) throws IOException {
      int filled = 0;
      while (!ended && filled == 0) {
        int key = in.read();
        if (key < 0) {
          ended = true;
        } else {
          filled = take(key, chunk, from, length);
        }
      }
      return filled == 0 ? -1 : filled;
    }

    private int take(int key, byte[] chunk, int from, int length) {
      if (keys.get(kept.size()) == key) {
        kept.add(key);
        if (kept.size() == keys.size()) {
          ended = true;
          pressed.run();
        }
        return 0;
      }
      kept.add(key);
      int filled = Math.min(kept.size(), length);
      for (int i = 0; i < filled; i++) {
        chunk[from + i] = kept.get(i).byteValue();
      }
      kept.clear();
      return filled;
    }
  }
}
