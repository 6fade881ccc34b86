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
  private static final Path CRUN = Path.of("/usr/bin/crun");
  private static final OciProgram RUNC_HERE = new OciProgram(RUNC, "runc");
  private static final OciProgram CRUN_HERE = new OciProgram(CRUN, "crun");
  private static final String NO_DOCKER = "Docker does not answer";

  /** A host as the test wants it. */
  private record FakeHost(
      CriVerdict containerd, Optional<String> dockerProblem, List<Path> programs)
      implements HostRuntimes {
    /** Programs are named after their family, which crun's is refused for. */
    @Override
    public Optional<OciProgram> ociRuntime(String wanted) {
      return programs.stream()
          .filter(
              path -> wanted.isEmpty() || path.endsWith(wanted) || path.toString().equals(wanted))
          .map(path -> new OciProgram(path, path.getFileName().toString()))
          .findFirst();
    }

    @Override
    public Optional<String> ociProblem(OciProgram program) {
      return program.family().equals("refused")
          ? Optional.of("it works not here")
          : Optional.empty();
    }

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
        containerd, docker ? Optional.empty() : Optional.of(NO_DOCKER), List.of(RUNC, CRUN));
  }

  private static Decision first(RuntimeChoice choice, FakeHost host) throws Exception {
    return Decision.of(choice, Optional.empty(), host);
  }

  @Test
  void auto_firstStart_takesContainerdThenDockerThenBuiltIn() throws Exception {
    assertEquals(new Runtime.Foreign(usable(0)), first(AUTO, host(usable(0), true)).runtime());
    assertEquals(new Runtime.Docker(DOCKER), first(AUTO, host(ABSENT, true)).runtime());
    Decision builtIn = first(AUTO, host(ABSENT, false));
    assertEquals(new Decision(new Runtime.BuiltIn(RUNC_HERE), List.of()), builtIn);
  }

  @Test
  void auto_unusableContainerd_isPassedOverWithItsReason() throws Exception {
    Decision decision = first(AUTO, host(DISABLED, false));
    assertEquals(new Runtime.BuiltIn(RUNC_HERE), decision.runtime());
    assertEquals(List.of("the cri plugin is disabled"), decision.remarks());
  }

  @Test
  void auto_anotherKubeletsPods_areLeftAlone() throws Exception {
    Decision decision = first(AUTO, host(usable(3), false));
    assertEquals(new Runtime.BuiltIn(RUNC_HERE), decision.runtime());
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
    FakeHost barest = new FakeHost(ABSENT, Optional.of(NO_DOCKER), List.of());
    for (RuntimeChoice choice : List.of(AUTO, RuntimeChoice.parse("builtin"))) {
      RuntimeUnavailableException missing =
          assertThrows(RuntimeUnavailableException.class, () -> first(choice, barest));
      assertTrue(missing.getMessage().contains("apt install runc"), missing.getMessage());
    }
  }

  private static Runtime again(RuntimeChoice choice, OciProgram before) throws Exception {
    Path socket = Path.of("/run/wherry/x");
    var known = new RememberedRuntime(RememberedRuntime.Kind.BUILTIN, socket, socket, before);
    return Decision.of(choice, Optional.of(known), host(ABSENT, false)).runtime();
  }

  @Test
  void builtIn_ociRuntime_isTheNamedElseTheOneOfBeforeElseTheFirst() throws Exception {
    RuntimeChoice any = RuntimeChoice.parse("builtin", "");
    for (RuntimeChoice choice : List.of(AUTO, any)) {
      assertEquals(new Runtime.BuiltIn(RUNC_HERE), again(choice, OciProgram.NONE));
      assertEquals(new Runtime.BuiltIn(CRUN_HERE), again(choice, CRUN_HERE));
      OciProgram gone = new OciProgram(Path.of("/opt/crun-0"), "crun");
      assertEquals(new Runtime.BuiltIn(RUNC_HERE), again(choice, gone));
    }
    for (String wanted : List.of("crun", "/usr/bin/crun")) {
      for (String runtime : List.of("auto", "builtin")) {
        RuntimeChoice named = RuntimeChoice.parse(runtime, wanted);
        assertEquals(new Runtime.BuiltIn(CRUN_HERE), first(named, host(ABSENT, false)).runtime());
        assertEquals(new Runtime.BuiltIn(CRUN_HERE), again(named, RUNC_HERE));
      }
    }
  }

  @Test
  void builtIn_ociRuntimeThatIsNoUse_isRefusedWithTheMend() {
    RuntimeChoice absent = RuntimeChoice.parse("builtin", "/opt/youki");
    RuntimeUnavailableException missing =
        assertThrows(RuntimeUnavailableException.class, () -> first(absent, host(ABSENT, false)));
    assertTrue(missing.getMessage().startsWith("/opt/youki of --oci-runtime is not on"));
    FakeHost host = new FakeHost(ABSENT, Optional.of(NO_DOCKER), List.of(Path.of("/x/refused")));
    RuntimeUnavailableException refused =
        assertThrows(RuntimeUnavailableException.class, () -> first(AUTO, host));
    assertEquals("it works not here", refused.getMessage());
    assertThrows(IllegalArgumentException.class, () -> RuntimeChoice.parse("containerd", "crun"));
    assertThrows(IllegalArgumentException.class, () -> RuntimeChoice.parse("auto", "kata"));
  }

  @Test
  void auto_builtInRemembered_staysBesideAContainerd() throws Exception {
    assertEquals(
        new Runtime.BuiltIn(RUNC_HERE),
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
