package dev.wherry.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

/** The {@code wherry-shim} program (native/wherry-shim.c) as carried in this jar. */
public final class ShimBinary {
  private static final String FILE_NAME = "wherry-shim";

  private ShimBinary() {}

  /**
   * The program's bytes for this machine.
   *
   * @throws IllegalStateException when this build carries none for the machine's architecture
   */
  public static byte[] bytes() {
    String name = "shim/wherry-shim-" + architecture();
    try (InputStream in = ShimBinary.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            "this build carries no wherry-shim for " + architecture() + "; build on that machine");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes the program into a directory, executable, unless the same is there; returns its path. A
   * node has one, {@code bin} in its data directory.
   */
  public static Path install(Path directory) throws IOException {
    Path target = directory.resolve(FILE_NAME);
    byte[] wanted = bytes();
    if (Files.exists(target) && Arrays.equals(Files.readAllBytes(target), wanted)) {
      return target;
    }
    Files.createDirectories(directory);
    Path fresh = Files.createTempFile(directory, FILE_NAME, ".new");
    Files.write(fresh, wanted);
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return target;
  }

  /** The machine's architecture as the kernel names it: {@code x86_64} or {@code aarch64}. */
  static String architecture() {
    String arch = System.getProperty("os.arch", "");
    return arch.equals("amd64") ? "x86_64" : arch;
  }

  /** The machine's architecture as OCI image configurations name it. */
  public static String ociArchitecture() {
    return switch (architecture()) {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      default -> architecture();
    };
  }
}
