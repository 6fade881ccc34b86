package dev.wherry.runtime.docker;

import com.github.dockerjava.api.model.Capability;
import dev.wherry.proto.cri.v1.LinuxContainerSecurityContext;
import dev.wherry.proto.cri.v1.SELinuxOption;
import dev.wherry.proto.cri.v1.SecurityProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Security contexts in Docker's terms. A profile not given runs unconfined, as CRI says. */
final class SecurityOptions {
  /** What a seccomp profile that was not given means. */
  static final SecurityProfile UNCONFINED =
      SecurityProfile.newBuilder().setProfileType(SecurityProfile.ProfileType.Unconfined).build();

  private static final long PROFILE_BYTES_MAX = 1024 * 1024;

  private SecurityOptions() {}

  static void apply(LinuxContainerSecurityContext from, CriHostConfig to) {
    to.withPrivileged(from.getPrivileged());
    to.withReadonlyRootfs(from.getReadonlyRootfs());
    to.withCapAdd(capabilities(from.getCapabilities().getAddCapabilitiesList()));
    to.withCapDrop(capabilities(from.getCapabilities().getDropCapabilitiesList()));
    to.withGroupAdd(groups(from.getSupplementalGroupsList()));
    if (!from.getPrivileged()) {
      to.maskPaths(from.getMaskedPathsList());
      to.protectPaths(from.getReadonlyPathsList());
    }
    List<String> options =
        options(
            from.hasSeccomp() ? from.getSeccomp() : UNCONFINED,
            from.getApparmor(),
            from.getSelinuxOptions());
    if (from.getNoNewPrivs()) {
      options.add("no-new-privileges");
    }
    to.withSecurityOpts(options);
  }

  /** The options of profiles, for containers and sandboxes alike. */
  static List<String> options(
      SecurityProfile seccomp, SecurityProfile apparmor, SELinuxOption selinux) {
    var options = new ArrayList<String>();
    switch (seccomp.getProfileType()) {
      case RuntimeDefault -> {}
      case Unconfined -> options.add("seccomp=unconfined");
      case Localhost -> options.add("seccomp=" + profile(seccomp.getLocalhostRef()));
      case UNRECOGNIZED -> throw new IllegalArgumentException("unknown seccomp profile type");
    }
    switch (apparmor.getProfileType()) {
      case RuntimeDefault -> {}
      case Unconfined -> options.add("apparmor=unconfined");
      case Localhost -> options.add("apparmor=" + apparmor.getLocalhostRef());
      case UNRECOGNIZED -> throw new IllegalArgumentException("unknown AppArmor profile type");
    }
    label(options, "user", selinux.getUser());
    label(options, "role", selinux.getRole());
    label(options, "type", selinux.getType());
    label(options, "level", selinux.getLevel());
    return options;
  }

  private static void label(List<String> options, String part, String value) {
    if (!value.isEmpty()) {
      options.add("label=" + part + ":" + value);
    }
  }

  private static String profile(String file) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > PROFILE_BYTES_MAX) {
        throw new IllegalArgumentException("seccomp profile " + file + " is too large");
      }
      return Files.readString(path);
    } catch (IOException e) {
      throw new IllegalArgumentException("seccomp profile " + file + ": " + e.getMessage(), e);
    }
  }

  private static Capability[] capabilities(List<String> names) {
    return names.stream()
        .map(name -> name.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", ""))
        .map(SecurityOptions::capability)
        .toArray(Capability[]::new);
  }

  private static Capability capability(String name) {
    try {
      return Capability.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("unknown capability " + name, e);
    }
  }

  static List<String> groups(List<Long> ids) {
    return ids.stream().map(String::valueOf).toList();
  }

  /** Docker's user: {@code uid[:gid]} or a name; empty leaves the image's. */
  static String user(LinuxContainerSecurityContext from) {
    String user =
        from.hasRunAsUser()
            ? Long.toString(from.getRunAsUser().getValue())
            : from.getRunAsUsername();
    if (!from.hasRunAsGroup()) {
      return user;
    }
    if (user.isEmpty()) {
      throw new IllegalArgumentException("run_as_group without a user");
    }
    return user + ":" + from.getRunAsGroup().getValue();
  }
}
