package dev.wherry.runtime.builtin.spec;

import dev.wherry.proto.cri.v1.SecurityProfile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * What this host has of AppArmor. Profiles are the kernel's, by name; only the default one is ours,
 * which {@code apparmor_parser} of the package apparmor loads, as other runtimes have it do.
 *
 * @param enabled whether the kernel has it
 * @param usual the profile of containers that name none; empty for none
 * @param list where the kernel lists what is loaded
 */
public record AppArmor(boolean enabled, String usual, Path list) {
  private static final System.Logger LOG = System.getLogger(AppArmor.class.getName());
  private static final Path ENABLED = Path.of("/sys/module/apparmor/parameters/enabled");
  private static final Path LIST = Path.of("/sys/kernel/security/apparmor/profiles");
  private static final String USUAL = "wherry-default";
  private static final String TEXT = "apparmor-default.txt";
  private static final long LOAD_MAX_SECONDS = 30;

  /** Looks, and loads the default profile where the kernel has AppArmor. */
  static AppArmor look() {
    boolean enabled = HostFacts.text(ENABLED).startsWith("Y");
    String usual = "";
    if (enabled) {
      try {
        load(List.of("apparmor_parser", "--replace", "--skip-cache"));
        usual = USUAL;
      } catch (IOException e) {
        LOG.log(Level.WARNING, "containers have no default AppArmor profile: {0}", e.getMessage());
      }
    }
    return new AppArmor(enabled, usual, LIST);
  }

  /** Has a program read the default profile. */
  static void load(List<String> program) throws IOException {
    Process process = new ProcessBuilder(program).redirectErrorStream(true).start();
    try (InputStream text = Objects.requireNonNull(AppArmor.class.getResourceAsStream(TEXT), TEXT);
        OutputStream in = process.getOutputStream()) {
      text.transferTo(in);
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(LOAD_MAX_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(program.getFirst() + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * The profile that somebody asked for; empty for unconfined.
   *
   * @throws IllegalArgumentException for one that cannot be had here, with a sentence
   */
  String named(SecurityProfile wanted) {
    return switch (wanted.getProfileType()) {
      case Unconfined -> "";
      case RuntimeDefault -> {
        if (enabled && usual.isEmpty()) {
          throw new IllegalArgumentException(
              "AppArmor profile RuntimeDefault: not loaded, since apparmor_parser (package"
                  + " apparmor) is missing or failed");
        }
        yield usual;
      }
      case Localhost -> loaded(wanted.getLocalhostRef().replaceFirst("^localhost/", ""));
      case UNRECOGNIZED -> throw new IllegalArgumentException("unknown AppArmor profile type");
    };
  }

  private String loaded(String name) {
    if (!enabled) {
      throw new IllegalArgumentException(
          "AppArmor profile " + name + ": this host has no AppArmor");
    }
    try {
      if (Files.readAllLines(list).stream().noneMatch(line -> line.startsWith(name + " ("))) {
        throw new IllegalArgumentException("AppArmor profile not found " + name);
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the kernel says itself whether it has {0}: {1}", name, e);
    }
    return name;
  }
}
