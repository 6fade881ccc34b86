package dev.wherry.cli.client.stream;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The terminal at the standard input, by termios(3). The settings are kept as opaque bytes, so that
 * no struct layout of an architecture is needed.
 */
public final class Terminal {
  /** Columns and rows. */
  public record Size(int width, int height) {}

  private static final int STDIN = 0;
  private static final int NOW = 0;

  /** More than any libc's struct termios. */
  private static final int SETTINGS_BYTES = 256;

  /** ioctl that reads a window's size, the same number on x86-64 and arm64. */
  private static final long GET_WINDOW_SIZE = 0x5413;

  private static final int WINDOW_SIZE_BYTES = 8;

  private final MethodHandle isTerminal;
  private final MethodHandle getSettings;
  private final MethodHandle setSettings;
  private final MethodHandle makeRaw;
  private final MethodHandle control;

  public Terminal() {
    Linker linker = Linker.nativeLinker();
    SymbolLookup libc = linker.defaultLookup();
    FunctionDescriptor ofDescriptor =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    isTerminal = linker.downcallHandle(libc.findOrThrow("isatty"), ofDescriptor);
    getSettings =
        linker.downcallHandle(
            libc.findOrThrow("tcgetattr"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    setSettings =
        linker.downcallHandle(
            libc.findOrThrow("tcsetattr"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS));
    makeRaw =
        linker.downcallHandle(
            libc.findOrThrow("cfmakeraw"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    control =
        linker.downcallHandle(
            libc.findOrThrow("ioctl"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2));
  }

  /** Whether the standard input is a terminal. */
  public boolean present() {
    try {
      return (int) isTerminal.invokeExact(STDIN) == 1;
    } catch (Throwable e) {
      throw new IllegalStateException("isatty", e);
    }
  }

  /**
   * Hands every key to the program; the answer puts the settings back and may run twice.
   *
   * @throws IllegalStateException when there is no terminal
   */
  public Runnable raw() {
    Arena arena = Arena.ofShared();
    MemorySegment before = arena.allocate(SETTINGS_BYTES);
    MemorySegment raw = arena.allocate(SETTINGS_BYTES);
    try {
      int read = (int) getSettings.invokeExact(STDIN, before);
      if (read != 0) {
        throw new IllegalStateException("the standard input is no terminal");
      }
      raw.copyFrom(before);
      makeRaw.invokeExact(raw);
      set(raw);
    } catch (Throwable e) {
      throw e instanceof IllegalStateException known ? known : new IllegalStateException(e);
    }
    return () -> set(before);
  }

  private void set(MemorySegment settings) {
    try {
      int set = (int) setSettings.invokeExact(STDIN, NOW, settings);
      if (set != 0) {
        throw new IllegalStateException("tcsetattr");
      }
    } catch (Throwable e) {
      throw e instanceof IllegalStateException known ? known : new IllegalStateException(e);
    }
  }

  /** The window's size, if the terminal knows it. */
  public Optional<Size> size() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(WINDOW_SIZE_BYTES);
      int read = (int) control.invokeExact(STDIN, GET_WINDOW_SIZE, size);
      int rows = Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, 0));
      int columns = Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, Short.BYTES));
      return read == 0 && rows > 0 && columns > 0
          ? Optional.of(new Size(columns, rows))
          : Optional.empty();
    } catch (Throwable e) {
      throw new IllegalStateException("ioctl", e);
    }
  }
}
