package dev.wherry.runtime.builtin.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.LinuxContainerSecurityContext;
import dev.wherry.proto.cri.v1.SecurityProfile;
import dev.wherry.runtime.OomScore;
import dev.wherry.runtime.builtin.ImageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which profile reaches the OCI runtime; the kernel's part is in the machine's test. */
class AppArmorTest {
  private static final Path PARSER = Path.of("/usr/sbin/apparmor_parser");

  @TempDir Path folder;

  private AppArmor here = new AppArmor(false, "", Path.of("/none"));

  @BeforeEach
  void kernelHasIt() throws IOException {
    Path list =
        Files.writeString(
            folder.resolve("profiles"), "wherry-default (enforce)\nk8s-nginx (complain)\n");
    here = new AppArmor(true, "wherry-default", list);
  }

  private static SecurityProfile profile(SecurityProfile.ProfileType type, String name) {
    return SecurityProfile.newBuilder().setProfileType(type).setLocalhostRef(name).build();
  }

  private static final SecurityProfile USUAL =
      profile(SecurityProfile.ProfileType.RuntimeDefault, "");
  private static final SecurityProfile UNCONFINED =
      profile(SecurityProfile.ProfileType.Unconfined, "");

  private static SecurityProfile localhost(String name) {
    return profile(SecurityProfile.ProfileType.Localhost, name);
  }

  private String given(AppArmor apparmor, Consumer<LinuxContainerSecurityContext.Builder> change)
      throws IOException {
    var config = ContainerConfig.newBuilder().addCommand("/x");
    change.accept(config.getLinuxBuilder().getSecurityContextBuilder());
    var host = new HostFacts(true, false, false, apparmor, List.of(), new OomScore(-1000));
    var pod = new PodPlace(42, folder, folder, "p", "/pod", false);
    var image =
        new ImageConfig(
            "sha256:1", List.of(), List.of(), List.of(), "", "", Optional.empty(), Map.of());
    return new ContainerSpec("c", config.build(), image, pod, folder, Map.of(), 0, true, host)
        .build()
        .process()
        .apparmorProfile();
  }

  private String refused(AppArmor apparmor, SecurityProfile wanted) {
    var refusal =
        assertThrows(
            IllegalArgumentException.class, () -> given(apparmor, c -> c.setApparmor(wanted)));
    return String.valueOf(refusal.getMessage());
  }

  @Test
  void profile_ofTheContainer_isHandedOn() throws IOException {
    assertEquals("wherry-default", given(here, c -> {}));
    assertEquals("wherry-default", given(here, c -> c.setApparmor(USUAL)));
    assertEquals("", given(here, c -> c.setApparmor(UNCONFINED)));
    assertEquals("k8s-nginx", given(here, c -> c.setApparmor(localhost("k8s-nginx"))));
    assertEquals("", given(here, c -> c.setPrivileged(true).setApparmor(USUAL)));
    assertEquals(
        "k8s-nginx", given(here, c -> c.setPrivileged(true).setApparmor(localhost("k8s-nginx"))));
  }

  @Test
  void profile_thatIsNotThere_isRefusedAndNeverLeftOut() throws IOException {
    assertEquals("AppArmor profile not found k8s", refused(here, localhost("k8s")));
    var unloaded = new AppArmor(true, "", folder.resolve("profiles"));
    assertEquals("", given(unloaded, c -> {}), "nobody asked");
    assertTrue(refused(unloaded, USUAL).contains("apparmor_parser (package apparmor)"));
    var without = new AppArmor(false, "", folder.resolve("none"));
    assertTrue(refused(without, localhost("k8s-nginx")).endsWith("this host has no AppArmor"));
    assertEquals("", given(without, c -> c.setApparmor(UNCONFINED)));
  }

  @Test
  void load_profileOfOurs_isOneThatTheParserUnderstands() throws IOException {
    var missing = assertThrows(IOException.class, () -> AppArmor.load(List.of("/none/parser")));
    assertTrue(String.valueOf(missing.getMessage()).contains("/none/parser"));
    assertThrows(IOException.class, () -> AppArmor.load(List.of("false")));
    assumeTrue(Files.isExecutable(PARSER), "needs Debian's apparmor");
    AppArmor.load(List.of(PARSER.toString(), "--skip-kernel-load", "--skip-cache"));
  }
}
