package dev.wherry.runtime.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.ContainerEventResponse;
import dev.wherry.proto.cri.v1.ContainerEventType;
import dev.wherry.proto.cri.v1.ContainerState;
import dev.wherry.proto.cri.v1.ContainerStatus;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.proto.cri.v1.IDMapping;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.LinuxContainerConfig;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import dev.wherry.proto.cri.v1.LinuxContainerSecurityContext;
import dev.wherry.proto.cri.v1.Mount;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.NamespaceOption;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.proto.cri.v1.PodSandboxState;
import dev.wherry.proto.cri.v1.PortForwardRequest;
import dev.wherry.proto.cri.v1.RunPodSandboxRequest;
import dev.wherry.proto.cri.v1.SecurityProfile;
import dev.wherry.proto.cri.v1.StatusRequest;
import dev.wherry.proto.cri.v1.StopContainerRequest;
import dev.wherry.proto.cri.v1.UserNamespace;
import dev.wherry.runtime.DockerShimConfig;
import dev.wherry.runtime.fixture.Await;
import dev.wherry.runtime.fixture.CriClient;
import dev.wherry.runtime.fixture.CriRuntimeContract;
import dev.wherry.runtime.fixture.EventEar;
import dev.wherry.runtime.images.fixture.TarBytes;
import dev.wherry.runtime.images.fixture.TestImage;
import dev.wherry.runtime.images.service.BuiltInImages;
import dev.wherry.runtime.streams.SpdyTestClient;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contract of every runtime, and what only this one does: outliving its server. */
class BuiltInRuntimeTest extends CriRuntimeContract {
  private static final Path RUNC = Path.of("/usr/sbin/runc");

  private BuiltInRuntime runtime;
  private BuiltInImages images;
  private SystemTimer timer;

  @Override
  protected int networkNumber() {
    return 21;
  }

  @Override
  protected void startRuntime() throws IOException {
    Path socket = directory.resolve("cri.sock");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    timer = new SystemTimer();
    images = BuiltInImages.open(directory, store, timer, new Random(1));
    runtime =
        BuiltInRuntime.start(
            new BuiltInConfig(
                socket,
                directory.resolve("state"),
                directory.resolve("r"),
                directory.resolve("r-mounts"),
                network.configurationDirectory(),
                DockerShimConfig.CNI_PLUGIN_PATH,
                RUNC,
                false,
                "test"),
            images.roots(),
            images.service(),
            InstantSource.system());
    cri = new CriClient(socket);
  }

  @Override
  protected void stopRuntime() throws IOException {
    cri.close();
    runtime.close();
    images.close();
    timer.close();
  }

  private void restartRuntime() throws IOException {
    stopRuntime();
    startRuntime();
  }

  private long supervisor(String id) throws IOException {
    return Files.readAllLines(directory.resolve("r/" + id + "/started")).stream()
        .filter(line -> line.startsWith("supervisor="))
        .mapToLong(line -> Long.parseLong(line.substring(11)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void restart_ofTheServer_touchesNothingAndHandsOverAnExitMeanwhile() throws Exception {
    String counter =
        create("counter", "i=0; while true; do echo $i; i=$((i+1)); usleep 2000; done");
    String ending = create("ending", "read x < /tmp/go; exit 7");
    start(counter);
    Path go = directory.resolve("roots/" + ending + "/merged/tmp/go");
    new ProcessBuilder("mkfifo", go.toString()).start().waitFor();
    start(ending);
    Await.until("first lines", () -> log("counter").size() > 20);
    ContainerStatus before = status(counter);
    String address = sandboxStatus().getNetwork().getIp();
    stopRuntime();
    Files.writeString(go, "x\n");
    Path exit = directory.resolve("state/containers/" + ending + "/exit");
    Await.until("stored exit", () -> Files.exists(exit));
    startRuntime();
    assertEquals(before.toBuilder().build(), status(counter));
    assertEquals(address, sandboxStatus().getNetwork().getIp());
    assertEquals(PodSandboxState.SANDBOX_READY, sandboxStatus().getState());
    assertEquals(7, status(ending).getExitCode());
    assertEquals(ContainerState.CONTAINER_EXITED, status(ending).getState());
    int lines = log("counter").size();
    Await.until("more lines", () -> log("counter").size() > lines + 20);
    cri.runtime().stopContainer(StopContainerRequest.newBuilder().setContainerId(counter).build());
    assertNumbered(log("counter"));
  }

  @Test
  void supervisor_thatIsKilled_leavesAnExitedContainer() throws Exception {
    String live = create("live", "sleep 1000");
    String away = create("away", "sleep 1000");
    start(live);
    start(away);
    ProcessHandle.of(supervisor(live)).orElseThrow().destroyForcibly();
    Await.until("exited", () -> status(live).getState() == ContainerState.CONTAINER_EXITED);
    assertEquals(255, status(live).getExitCode());
    assertTrue(status(live).getMessage().contains("supervisor"), status(live).toString());
    stopRuntime();
    ProcessHandle.of(supervisor(away)).orElseThrow().destroyForcibly();
    startRuntime();
    Await.until("exited", () -> status(away).getState() == ContainerState.CONTAINER_EXITED);
    assertEquals(255, status(away).getExitCode());
  }

  @Test
  void container_beyondItsMemory_isOutOfMemory() {
    String id =
        create(
            config("hungry", "head -c 60000000 /dev/zero | tail")
                .setLinux(
                    LinuxContainerConfig.newBuilder()
                        .setResources(
                            LinuxContainerResources.newBuilder().setMemoryLimitInBytes(16 << 20)))
                .build());
    start(id);
    Await.until("exited", () -> status(id).getState() == ContainerState.CONTAINER_EXITED);
    assertEquals("OOMKilled", status(id).getReason());
  }

  @Test
  void startContainer_withoutSuchACommand_isAStartError() {
    String id = create(config("wrong", "").clearCommand().addCommand("/no/such/program").build());
    StatusRuntimeException failure = assertThrows(StatusRuntimeException.class, () -> start(id));
    assertTrue(failure.getMessage().contains("no such file"), failure.getMessage());
    assertEquals("StartError", status(id).getReason());
    assertEquals(128, status(id).getExitCode());
    StatusRuntimeException again = assertThrows(StatusRuntimeException.class, () -> start(id));
    assertEquals(Status.Code.FAILED_PRECONDITION, again.getStatus().getCode());
  }

  @Test
  void container_withTheDefaultProfile_mayNotMakeNamespaces() throws Exception {
    importWithUsers("users.example/busybox:1");
    String id =
        create(
            config("confined", "sleep 1000")
                .setImage(ImageSpec.newBuilder().setImage("users.example/busybox:1"))
                .setLinux(
                    LinuxContainerConfig.newBuilder()
                        .setSecurityContext(
                            LinuxContainerSecurityContext.newBuilder()
                                .setRunAsUsername("alice")
                                .setSeccomp(SecurityProfile.getDefaultInstance())))
                .build());
    start(id);
    String output =
        execSync(id, 60, "sh", "-c", "id; unshare -U true 2>&1; grep Seccomp: /proc/self/status")
            .getStdout()
            .toStringUtf8();
    assertTrue(output.contains("uid=1234(alice) gid=1235(alice)"), output);
    assertTrue(output.contains("50(wheel)"), output);
    assertTrue(output.contains("not permitted"), output);
    assertTrue(output.contains("Seccomp:\t2"), output);
  }

  private void importWithUsers(String name) throws IOException {
    TarBytes layer = new TarBytes();
    layer.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
    List.of("sh", "id", "unshare", "true", "grep", "sleep")
        .forEach(applet -> layer.symlink("bin/" + applet, "busybox"));
    layer.file("etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1234:1235::/:/bin/sh\n");
    layer.file("etc/group", "root:x:0:\nalice:x:1235:\nwheel:x:50:alice\n");
    byte[] plain = layer.bytes();
    String config =
        """
        {"os": "linux", "config": {"Env": ["PATH=/bin"]},
         "rootfs": {"type": "layers", "diff_ids": ["%s"]}}
        """
            .formatted(TestImage.digest(plain));
    String manifest =
        "[{\"Config\": \"c\", \"RepoTags\": [\"%s\"], \"Layers\": [\"l\"]}]".formatted(name);
    TarBytes archive = new TarBytes().file("c", config).file("l", 0644, plain);
    var _ =
        store.importArchive(
            new ByteArrayInputStream(archive.file("manifest.json", manifest).bytes()));
  }

  @Test
  void containerEvents_ofALife_arriveInOrder() throws Exception {
    var seen = new ArrayList<ContainerEventType>();
    try (EventEar ear = new EventEar(cri)) {
      ear.awaitHearing(number -> create("early-" + number, "true"));
      String id = create("eventful", "true");
      start(id);
      for (ContainerEventResponse event : ear.next(id, 3)) {
        assertEquals(pod.getMetadata(), event.getPodSandboxStatus().getMetadata());
        seen.add(event.getContainerEventType());
      }
    }
    seen.sort(Comparator.naturalOrder());
    assertEquals(
        List.of(
            ContainerEventType.CONTAINER_CREATED_EVENT,
            ContainerEventType.CONTAINER_STARTED_EVENT,
            ContainerEventType.CONTAINER_STOPPED_EVENT),
        seen);
  }

  @Test
  void exec_overSpdy_carriesInputOutputAndExitCode() throws Exception {
    String id = create("interactive", "sleep 1000");
    start(id);
    ExecRequest request =
        ExecRequest.newBuilder()
            .setContainerId(id)
            .addAllCmd(List.of("sh", "-c", "wc -c; echo err >&2; exit 5"))
            .setStdin(true)
            .setStdout(true)
            .setStderr(true)
            .build();
    try (var client =
        new SpdyTestClient(cri.runtime().exec(request).getUrl(), "v4.channel.k8s.io")) {
      assertEquals("HTTP/1.1 101 Switching Protocols", client.answer());
      int error = client.open(Map.of("streamtype", "error"));
      int stdin = client.open(Map.of("streamtype", "stdin"));
      int stdout = client.open(Map.of("streamtype", "stdout"));
      int stderr = client.open(Map.of("streamtype", "stderr"));
      for (int i = 0; i < 20; i++) {
        client.send(stdin, "x".repeat(60_000), i == 19);
      }
      assertEquals("1200000\n", client.text(stdout));
      assertEquals("err\n", client.text(stderr));
      assertTrue(client.text(error).contains("\"message\":\"5\""));
    }
  }

  @Test
  void attach_overSpdy_reachesTheFirstProcess() throws Exception {
    String id =
        create(config("attached", "cat; echo end").setStdin(true).setStdinOnce(true).build());
    start(id);
    AttachRequest request =
        AttachRequest.newBuilder().setContainerId(id).setStdin(true).setStdout(true).build();
    try (var client =
        new SpdyTestClient(cri.runtime().attach(request).getUrl(), "v4.channel.k8s.io")) {
      client.answer();
      int unused = client.open(Map.of("streamtype", "error"));
      int stdin = client.open(Map.of("streamtype", "stdin"));
      int stdout = client.open(Map.of("streamtype", "stdout"));
      client.send(stdin, "hello\n", true);
      assertEquals("hello\nend\n", client.text(stdout));
      assertTrue(unused < stdin);
    }
    Await.until("ended", () -> status(id).getState() == ContainerState.CONTAINER_EXITED);
  }

  @Test
  void attach_inputEndsButIsNotForOne_leavesTheProcessRunning() throws Exception {
    String id = create(config("shared", "cat; echo end").setStdin(true).build());
    start(id);
    AttachRequest request =
        AttachRequest.newBuilder().setContainerId(id).setStdin(true).setStdout(true).build();
    for (int i = 0; i < 2; i++) {
      try (var client =
          new SpdyTestClient(cri.runtime().attach(request).getUrl(), "v4.channel.k8s.io")) {
        client.answer();
        client.open(Map.of("streamtype", "error"));
        int stdin = client.open(Map.of("streamtype", "stdin"));
        int stdout = client.open(Map.of("streamtype", "stdout"));
        client.send(stdin, "hello\n", true);
        // Its echo may come too late for who has left.
        assertFalse(client.text(stdout).contains("end"));
      }
    }
    assertEquals(ContainerState.CONTAINER_RUNNING, status(id).getState());
  }

  @Test
  void portForward_toThePod_reachesItsLoopback() throws Exception {
    String id = create("listener", "while true; do echo hello | nc -l -p 8081; done");
    start(id);
    Await.until(
        "listening",
        () -> execSync(id, 60, "netstat", "-ltn").getStdout().toStringUtf8().contains(":8081"));
    String url =
        cri.runtime()
            .portForward(PortForwardRequest.newBuilder().setPodSandboxId(sandbox).build())
            .getUrl();
    try (var client = new SpdyTestClient(url, "portforward.k8s.io")) {
      client.answer();
      int error = client.open(Map.of("port", "8081", "requestid", "0", "streamtype", "error"));
      int data = client.open(Map.of("port", "8081", "requestid", "0", "streamtype", "data"));
      assertEquals("hello\n", client.text(data));
      assertTrue(error > 0);
    }
  }

  @Test
  void everything_onceRemoved_leavesNothingBehind() throws Exception {
    String id = create("leaky", "sleep 1000 & sleep 1000");
    start(id);
    List<Long> processes = new ArrayList<>(List.of(supervisor(id), supervisor(sandbox)));
    removeSandbox();
    assertEquals(List.of(), NodePlace.names(directory.resolve("state/containers")));
    assertEquals(List.of(), NodePlace.names(directory.resolve("state/sandboxes")));
    assertEquals(List.of("oci"), NodePlace.names(directory.resolve("r")));
    assertEquals(List.of(), NodePlace.names(directory.resolve("r/oci")));
    assertEquals(List.of(), NodePlace.names(directory.resolve("roots")));
    assertFalse(Files.readString(Path.of("/proc/self/mounts")).contains(directory.toString()));
    assertEquals(0, cgroups("wherrytest" + networkNumber()));
    for (long process : processes) {
      Await.until("no process " + process, () -> ProcessHandle.of(process).isEmpty());
    }
  }

  @Test
  void userNamespace_ofAPod_hasItsOwnersInRootAndVolumes() throws Exception {
    Path onDisk = Files.createDirectory(directory.resolve("on-disk"));
    Path secret = Files.createTempFile(Path.of("/dev/shm"), "secret", "");
    Files.writeString(secret, "hidden");
    try {
      runSandboxWith(own(7, 65_536));
      String id =
          create(
              config(
                      "owned",
                      """
                      cat /proc/self/uid_map /secret; stat -c %u:%g / /bin/busybox /secret /etc/hosts
                      touch /mine /v/theirs; chown 5:6 /v/theirs; echo x >>/etc/hosts
                      echo out >/dev/stdout; echo m >/dev/shm/m; ls /sys/class/net | head -n 1
                      mount -t tmpfs t /mnt; unshare -U true; sleep 1000
                      """)
                  .addMounts(owned(onDisk, "/v"))
                  .addMounts(owned(secret, "/secret").toBuilder().setReadonly(true))
                  .setLinux(
                      LinuxContainerConfig.newBuilder()
                          .setSecurityContext(
                              LinuxContainerSecurityContext.newBuilder()
                                  .setNamespaceOptions(own(7, 65_536))))
                  .build());
      start(id);
      Await.until("its end", () -> log("owned").stream().anyMatch(l -> l.endsWith(" eth0")));
      List<String> said = log("owned").stream().map(l -> l.split(" ", 4)[3]).toList();
      assertEquals(
          "0 458752 65536", said.getFirst().strip().replaceAll(" +", " "), said.toString());
      assertEquals(List.of("hidden0:0", "0:0", "0:0", "0:0", "out", "eth0"), said.subList(1, 7));
      assertEquals(
          "5:6",
          Files.getAttribute(onDisk.resolve("theirs"), "unix:uid")
              + ":"
              + Files.getAttribute(onDisk.resolve("theirs"), "unix:gid"));
      Path upper = directory.resolve("roots/" + id + "/private/upper/mine");
      assertEquals(458_752, Files.getAttribute(upper, "unix:uid"));
      String mounts = Files.readString(Path.of("/proc/self/mounts"));
      assertFalse(mounts.contains("r-mounts"), mounts);
      assertEquals(
          "out",
          execSync(id, 60, "sh", "-c", "echo out >/dev/stdout").getStdout().toStringUtf8().strip());
      restartRuntime();
      assertEquals(ContainerState.CONTAINER_RUNNING, status(id).getState());
      removeSandbox();
      assertEquals(List.of(), NodePlace.names(directory.resolve("r-mounts")));
      assertEquals(List.of(), NodePlace.names(directory.resolve("roots")));
      assertFalse(Files.readString(Path.of("/proc/self/mounts")).contains(directory.toString()));
      assertTrue(Files.exists(onDisk.resolve("theirs")), "what is in a volume stays");
    } finally {
      Files.delete(secret);
    }
  }

  @Test
  void userNamespace_thatCannotBe_isRefusedAndLeavesNothing() throws Exception {
    assertTrue(
        cri.runtime().status(StatusRequest.getDefaultInstance()).getRuntimeHandlersList().stream()
            .allMatch(handler -> handler.getFeatures().getUserNamespaces()));
    for (NamespaceOption wrong :
        List.of(
            own(7, 0),
            own(7, 65_536).toBuilder().setNetwork(NamespaceMode.NODE).build(),
            own(65_535, 2 * 65_536))) {
      removeSandbox();
      assertThrows(StatusRuntimeException.class, () -> runSandboxWith(wrong));
      assertEquals(List.of(), NodePlace.names(directory.resolve("state/sandboxes")));
      assertEquals(List.of(), NodePlace.names(directory.resolve("r-mounts")));
    }
    runSandboxWith(own(7, 65_536));
    StatusRuntimeException others =
        assertThrows(StatusRuntimeException.class, () -> create("others", "true"));
    assertTrue(others.getMessage().contains("of its pod"), others.getMessage());
    ContainerConfig.Builder files =
        config("files", "true").addMounts(owned(Path.of("/proc/sys"), "/v"));
    files.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(own(7, 65_536));
    StatusRuntimeException unmapped =
        assertThrows(StatusRuntimeException.class, () -> create(files.build()));
    assertTrue(unmapped.getMessage().contains("/proc/sys cannot have"), unmapped.getMessage());
    assertEquals(List.of(), NodePlace.names(directory.resolve("r-mounts")));
    assertEquals(List.of(), NodePlace.names(directory.resolve("roots")));
  }

  private static NamespaceOption own(int range, int count) {
    IDMapping ids = IDMapping.newBuilder().setHostId(range * 65_536).setLength(count).build();
    return NamespaceOption.newBuilder()
        .setPid(NamespaceMode.CONTAINER)
        .setUsernsOptions(
            UserNamespace.newBuilder().setMode(NamespaceMode.POD).addUids(ids).addGids(ids))
        .build();
  }

  private static Mount owned(Path source, String inside) {
    return Mount.newBuilder()
        .setHostPath(source.toString())
        .setContainerPath(inside)
        .addAllUidMappings(own(7, 65_536).getUsernsOptions().getUidsList())
        .addAllGidMappings(own(7, 65_536).getUsernsOptions().getGidsList())
        .build();
  }

  private void runSandboxWith(NamespaceOption namespaces) throws IOException {
    removeSandbox();
    PodSandboxConfig.Builder other = pod.toBuilder();
    other.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(namespaces);
    pod = other.build();
    sandbox =
        cri.runtime()
            .runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(pod).build())
            .getPodSandboxId();
  }

  private static long cgroups(String parent) throws IOException {
    List<Path> places = new ArrayList<>(List.of(Path.of("/sys/fs/cgroup", parent)));
    // Not a walk: the cgroups of others come and go meanwhile.
    try (Stream<Path> controllers = Files.list(Path.of("/sys/fs/cgroup"))) {
      controllers.map(controller -> controller.resolve(parent)).forEach(places::add);
    }
    long count = 0;
    for (Path place : places) {
      if (Files.isDirectory(place)) {
        try (Stream<Path> own = Files.list(place)) {
          count += own.filter(Files::isDirectory).count();
        }
      }
    }
    return count;
  }

  @Test
  void restart_thatFindsNothing_servesAgain() throws Exception {
    restartRuntime();
    assertEquals(PodSandboxState.SANDBOX_READY, sandboxStatus().getState());
  }
}
