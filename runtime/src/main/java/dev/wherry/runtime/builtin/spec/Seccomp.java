package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.proto.cri.v1.SecurityProfile;
import dev.wherry.runtime.ShimBinary;
import dev.wherry.runtime.Trees;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Seccomp profiles: the default one by the container's capabilities, or a file of the node's. */
final class Seccomp {
  private static final String TABLE = "seccomp-default.txt";
  private static final long PROFILE_BYTES_MAX = 1024 * 1024;
  private static final String ALLOW = "SCMP_ACT_ALLOW";
  private static final String ERRNO = "SCMP_ACT_ERRNO";
  private static final String ADMIN = "CAP_SYS_ADMIN";
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int AF_VSOCK = 40;

  /** The CLONE_NEW flags of namespaces. */
  private static final long CLONE_NAMESPACES = 0x7E02_0000L;

  /** Linux, 32 bits, and the flags and the question of personality(2). */
  private static final List<Long> PERSONALITIES =
      List.of(0x0L, 0x8L, 0x2_0000L, 0x2_0008L, 0xFFFF_FFFFL);

  private Seccomp() {}

  /**
   * The profile a container asked for; empty for unconfined.
   *
   * @throws IllegalArgumentException for a file that is none or too large
   */
  static Optional<ObjectNode> of(SecurityProfile wanted, List<String> capabilities) {
    return switch (wanted.getProfileType()) {
      case RuntimeDefault -> Optional.of(usual(capabilities));
      case Unconfined -> Optional.empty();
      case Localhost -> Optional.of(file(wanted.getLocalhostRef()));
      case UNRECOGNIZED -> throw new IllegalArgumentException("unknown seccomp profile type");
    };
  }

  private static ObjectNode file(String reference) {
    try {
      Path path = Path.of(reference);
      if (Files.size(path) > PROFILE_BYTES_MAX) {
        throw new IllegalArgumentException("seccomp profile " + reference + " is too large");
      }
      if (Trees.parse(Files.readAllBytes(path)) instanceof ObjectNode profile) {
        return profile;
      }
      throw new IllegalArgumentException("seccomp profile " + reference + " is no object");
    } catch (IOException e) {
      throw new IllegalArgumentException("seccomp profile " + reference + ": " + e.getMessage(), e);
    }
  }

  private static ObjectNode usual(List<String> capabilities) {
    ObjectNode profile = Trees.object().put("defaultAction", ERRNO).put("defaultErrnoRet", EPERM);
    ArrayNode architectures = profile.putArray("architectures");
    if (ShimBinary.ociArchitecture().equals("amd64")) {
      architectures.add("SCMP_ARCH_X86_64").add("SCMP_ARCH_X86").add("SCMP_ARCH_X32");
    } else {
      architectures.add("SCMP_ARCH_AARCH64").add("SCMP_ARCH_ARM");
    }
    ArrayNode calls = profile.putArray("syscalls");
    ArrayNode names = calls.addObject().put("action", ALLOW).putArray("names");
    allowed(capabilities).forEach(names::add);
    argument(calls, "socket", "SCMP_CMP_NE", AF_VSOCK);
    PERSONALITIES.forEach(value -> argument(calls, "personality", "SCMP_CMP_EQ", value));
    if (!capabilities.contains(ADMIN)) {
      argument(calls, "clone", "SCMP_CMP_MASKED_EQ", CLONE_NAMESPACES);
      // C libraries fall back to clone, whose flags can be looked at.
      ObjectNode refused = calls.addObject().put("action", ERRNO).put("errnoRet", ENOSYS);
      refused.putArray("names").add("clone3");
    }
    return profile;
  }

  private static void argument(ArrayNode calls, String name, String operator, long value) {
    ObjectNode call = calls.addObject().put("action", ALLOW);
    call.putArray("names").add(name);
    call.putArray("args").addObject().put("index", 0).put("value", value).put("op", operator);
  }

  private static List<String> allowed(List<String> capabilities) {
    String architecture = ShimBinary.ociArchitecture();
    var names = new ArrayList<String>();
    try (InputStream in = Seccomp.class.getResourceAsStream(TABLE)) {
      if (in == null) {
        throw new IllegalStateException("this build carries no " + TABLE);
      }
      var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII)).lines();
      for (String line : lines.filter(l -> !l.startsWith("#")).toList()) {
        String[] parts = line.split(": ", 2);
        String[] condition = parts[0].split(" ", -1);
        boolean holds =
            switch (condition[0]) {
              case "always" -> true;
              case "arch" -> condition[1].equals(architecture);
              default -> capabilities.contains(condition[1]);
            };
        if (holds) {
          names.addAll(List.of(parts[1].split(" ", -1)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }
}
