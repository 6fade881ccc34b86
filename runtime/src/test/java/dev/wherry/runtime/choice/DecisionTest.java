package dev.wherry.runtime.choice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.runtime.choice.Decision.Runtime;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DecisionTest {
  private static final Path CONTAINERD = Path.of("/run/containerd/containerd.sock");
  private static final Path DOCKER = Path.of("/var/run/docker.sock");
  private static final RuntimeChoice AUTO = new RuntimeChoice.Auto();
  private static final CriVerdict ABSENT = new CriVerdict.Absent("no runtime answers");
  private static final CriVerdict DISABLED = new CriVerdict.Unusable("the cri plugin is disabled");
  private static final Path RUNC = Path.of("/usr/sbin/runc");
  private static final String NO_DOCKER = "Docker does not answer";

  /** A host as the test wants it. */
  private record FakeHost(
      CriVerdict containerd, Optional<String> dockerProblem, Optional<Path> ociRuntime)
      implements HostRuntimes {
    @Override
    public CriVerdict at(Path socket) {
      return containerd;
    }

    @Override
    public Path dockerSocket() {
      return DOCKER;
    }
  }

  private static CriVerdict.Usable usable(int pods) {
    return new CriVerdict.Usable(CONTAINERD, "containerd", Path.of("/etc/cni/net.d"), "", pods);
  }

  private static Optional<RememberedRuntime> remembered(RememberedRuntime.Kind kind, Path socket) {
    return Optional.of(new RememberedRuntime(kind, socket, socket));
  }

  private static FakeHost host(CriVerdict containerd, boolean docker) {
    return new FakeHost(
        containerd, docker ? Optional.empty() : Optional.of(NO_DOCKER), Optional.of(RUNC));
  }

  private static Decision first(RuntimeChoice choice, FakeHost host) throws Exception {
    return Decision.of(choice, Optional.empty(), host);
  }

  @Test
  void auto_firstStart_takesContainerdThenDockerThenBuiltIn() throws Exception {
    assertEquals(new Runtime.Foreign(usable(0)), first(AUTO, host(usable(0), true)).runtime());
    assertEquals(new Runtime.Docker(DOCKER), first(AUTO, host(ABSENT, true)).runtime());
    Decision builtIn = first(AUTO, host(ABSENT, false));
    assertEquals(new Decision(new Runtime.BuiltIn(RUNC), List.of()), builtIn);
  }

  @Test
  void auto_unusableContainerd_isPassedOverWithItsReason() throws Exception {
    Decision decision = first(AUTO, host(DISABLED, false));
    assertEquals(new Runtime.BuiltIn(RUNC), decision.runtime());
    assertEquals(List.of("the cri plugin is disabled"), decision.remarks());
  }

  @Test
  void auto_anotherKubeletsPods_areLeftAlone() throws Exception {
    Decision decision = first(AUTO, host(usable(3), false));
    assertEquals(new Runtime.BuiltIn(RUNC), decision.runtime());
    assertTrue(decision.remarks().getFirst().contains("3 pods of another kubelet"));
    RuntimeChoice socket = new RuntimeChoice.Socket(CONTAINERD);
    assertThrows(RuntimeUnavailableException.class, () -> first(socket, host(usable(3), false)));
    assertEquals(
        new Runtime.Foreign(usable(3)),
        Decision.of(
                socket,
                remembered(RememberedRuntime.Kind.FOREIGN, CONTAINERD),
                host(usable(3), false))
            .runtime());
  }

  @Test
  void auto_laterStart_keepsTheRuntimeOfItsPods() throws Exception {
    assertEquals(
        new Runtime.Own(),
        Decision.of(
                AUTO,
                remembered(RememberedRuntime.Kind.OWN, Path.of("/run/wherry/x")),
                host(usable(0), true))
            .runtime());
    assertEquals(
        new Runtime.Docker(DOCKER),
        Decision.of(
                AUTO,
                remembered(RememberedRuntime.Kind.DOCKER, Path.of("/run/wherry/x")),
                host(usable(0), true))
            .runtime());
  }

  @Test
  void builtIn_withoutRunc_saysWhatToInstall() throws Exception {
    FakeHost barest = new FakeHost(ABSENT, Optional.of(NO_DOCKER), Optional.empty());
    for (RuntimeChoice choice : List.of(AUTO, RuntimeChoice.parse("builtin"))) {
      RuntimeUnavailableException missing =
          assertThrows(RuntimeUnavailableException.class, () -> first(choice, barest));
      assertTrue(missing.getMessage().contains("apt install runc"), missing.getMessage());
    }
  }

  @Test
  void auto_builtInRemembered_staysBesideAContainerd() throws Exception {
    assertEquals(
        new Runtime.BuiltIn(RUNC),
        Decision.of(
                AUTO,
                remembered(RememberedRuntime.Kind.BUILTIN, Path.of("/run/wherry/x")),
                host(usable(0), true))
            .runtime());
  }

  @Test
  void auto_rememberedRuntimeGone_saysWhatToStart() {
    RuntimeUnavailableException docker =
        assertThrows(
            RuntimeUnavailableException.class,
            () ->
                Decision.of(
                    AUTO,
                    remembered(RememberedRuntime.Kind.DOCKER, Path.of("/run/wherry/x")),
                    host(usable(0), false)));
    assertTrue(docker.getMessage().contains("start it"), docker.getMessage());
    assertThrows(
        RuntimeUnavailableException.class,
        () ->
            Decision.of(
                AUTO, remembered(RememberedRuntime.Kind.FOREIGN, CONTAINERD), host(ABSENT, true)));
  }

  @Test
  void named_runtimes_areTakenOrRefused() throws Exception {
    assertEquals(
        new Runtime.Own(), first(RuntimeChoice.parse("containerd"), host(ABSENT, true)).runtime());
    assertEquals(
        new Runtime.Docker(DOCKER),
        first(RuntimeChoice.parse("docker"), host(usable(0), true)).runtime());
    assertThrows(
        RuntimeUnavailableException.class,
        () -> first(RuntimeChoice.parse("docker"), host(usable(0), false)));
    assertThrows(
        RuntimeUnavailableException.class,
        () -> first(RuntimeChoice.parse("unix:///x.sock"), host(DISABLED, true)));
    assertThrows(IllegalArgumentException.class, () -> RuntimeChoice.parse("podman"));
  }
}
