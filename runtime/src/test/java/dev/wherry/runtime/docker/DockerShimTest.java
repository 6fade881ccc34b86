package dev.wherry.runtime.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.wherry.proto.cri.v1.*;
import dev.wherry.runtime.DockerShim;
import dev.wherry.runtime.DockerShimConfig;
import dev.wherry.runtime.fixture.Await;
import dev.wherry.runtime.fixture.CriClient;
import dev.wherry.runtime.fixture.PodNetwork;
import dev.wherry.runtime.fixture.PrivateDocker;
import dev.wherry.runtime.images.ImageArchives;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageStore;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(Lifecycle.PER_CLASS)
@EnabledIf("dev.wherry.runtime.fixture.PrivateDocker#isAvailable")
class DockerShimTest {
  private static final String BUSYBOX = "docker.io/library/busybox:latest";

  private Path directory;
  private PrivateDocker docker;
  private PodNetwork network;
  private ImageStore store;
  private ImageMirror mirror;
  private DockerShim shim;
  private CriClient cri;
  private int podCount;

  @BeforeAll
  void startDocker(@TempDir Path temporary) throws IOException {
    directory = temporary;
    docker = PrivateDocker.start();
    network = PodNetwork.create(directory, 17);
    store = new ImageStore(directory.resolve("images"));
    store.importArchive(new ByteArrayInputStream(ImageArchives.busybox(Path.of("/bin/busybox"))));
    mirror = ImageMirror.start(store, directory.resolve("images"));
    startShim();
    cri.images().pullImage(PullImageRequest.newBuilder().setImage(image(BUSYBOX)).build());
  }

  @AfterAll
  void stopDocker() throws IOException {
    stopShim();
    mirror.close();
    docker.close();
    network.close();
  }

  private void startShim() throws IOException {
    Path socket = directory.resolve("cri.sock");
    shim =
        DockerShim.start(
            new DockerShimConfig(
                docker.socket(),
                socket,
                directory.resolve("state"),
                network.configurationDirectory(),
                DockerShimConfig.CNI_PLUGIN_PATH,
                "test"),
            store,
            mirror,
            InstantSource.system());
    cri = new CriClient(socket);
  }

  private void stopShim() throws IOException {
    cri.close();
    shim.close();
  }

  private PodSandboxConfig pod;
  private String sandbox;

  @BeforeEach
  void runSandbox() {
    podCount++;
    pod =
        PodSandboxConfig.newBuilder()
            .setMetadata(
                PodSandboxMetadata.newBuilder()
                    .setName("pod" + podCount)
                    .setNamespace("default")
                    .setUid("uid-" + podCount))
            .setHostname("host" + podCount)
            .setLogDirectory(directory.resolve("logs/pod" + podCount).toString())
            .setDnsConfig(
                DNSConfig.newBuilder()
                    .addServers("10.43.0.10")
                    .addSearches("default.svc.cluster.local")
                    .addOptions("ndots:5"))
            .putLabels("io.kubernetes.pod.name", "pod" + podCount)
            .putLabels("app", "시험")
            .putAnnotations("note", "a=b")
            .build();
    sandbox =
        cri.runtime()
            .runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(pod).build())
            .getPodSandboxId();
  }

  @AfterEach
  void removeSandbox() throws IOException {
    cri.runtime()
        .removePodSandbox(RemovePodSandboxRequest.newBuilder().setPodSandboxId(sandbox).build());
    assertEquals(0, network.leases());
  }

  @Test
  void status_ofDocker_isReadyWithNetwork() {
    RuntimeStatus status = cri.runtime().status(StatusRequest.getDefaultInstance()).getStatus();
    assertEquals(
        List.of(true, true),
        status.getConditionsList().stream().map(RuntimeCondition::getStatus).toList());
    assertEquals(
        "docker", cri.runtime().version(VersionRequest.getDefaultInstance()).getRuntimeName());
  }

  @Test
  void runPodSandbox_withNetwork_hasAddressLabelsAndDns() throws Exception {
    PodSandboxStatus status = sandboxStatus();
    assertEquals(PodSandboxState.SANDBOX_READY, status.getState());
    assertTrue(status.getNetwork().getIp().startsWith("10.199.17."), status.toString());
    assertEquals(pod.getMetadata(), status.getMetadata());
    assertEquals(pod.getLabelsMap(), status.getLabelsMap());
    assertEquals(pod.getAnnotationsMap(), status.getAnnotationsMap());
    String output =
        run("cat /etc/resolv.conf; hostname; ip -4 addr show eth0 | grep inet; ip route");
    assertTrue(output.contains("nameserver 10.43.0.10\noptions ndots:5"), output);
    assertTrue(output.contains("\nhost" + podCount + "\n"), output);
    assertTrue(output.contains(status.getNetwork().getIp() + "/24"), output);
    assertTrue(output.contains("default via 10.199.17.1"), output);
  }

  @Test
  void stopPodSandbox_twice_givesAddressBackOnce() throws IOException {
    StopPodSandboxRequest stop =
        StopPodSandboxRequest.newBuilder().setPodSandboxId(sandbox).build();
    cri.runtime().stopPodSandbox(stop);
    cri.runtime().stopPodSandbox(stop);
    assertEquals(0, network.leases());
    assertEquals(PodSandboxState.SANDBOX_NOTREADY, sandboxStatus().getState());
  }

  @Test
  void container_fromCreateToExit_reportsEveryState() throws Exception {
    String id = create("exit", "echo out; echo err >&2; exit 3");
    assertEquals(ContainerState.CONTAINER_CREATED, status(id).getState());
    start(id);
    Await.until("exited", () -> status(id).getState() == ContainerState.CONTAINER_EXITED);
    ContainerStatus status = status(id);
    assertEquals(3, status.getExitCode());
    assertEquals("Error", status.getReason());
    assertTrue(status.getStartedAt() >= status.getCreatedAt(), status.toString());
    assertTrue(status.getFinishedAt() >= status.getStartedAt(), status.toString());
    assertTrue(
        status.getImageRef().startsWith("docker.io/library/busybox@sha256:"), status.toString());
    Await.until("log", () -> log("exit").size() == 2);
    List<String> lines =
        log("exit").stream().map(l -> l.substring(l.indexOf(' ') + 1)).sorted().toList();
    assertEquals(List.of("stderr F err", "stdout F out"), lines);
  }

  @Test
  void list_withFilters_findsOwnContainersOnly() {
    String id = create("listed", "sleep 1000");
    ContainerFilter inSandbox = ContainerFilter.newBuilder().setPodSandboxId(sandbox).build();
    List<Container> found = list(inSandbox);
    assertEquals(List.of(id), found.stream().map(Container::getId).toList());
    assertEquals("listed", found.getFirst().getMetadata().getName());
    assertEquals(
        List.of(),
        list(
            inSandbox.toBuilder()
                .setState(
                    ContainerStateValue.newBuilder().setState(ContainerState.CONTAINER_RUNNING))
                .build()));
    assertEquals(List.of(), list(inSandbox.toBuilder().putLabelSelector("a", "b").build()));
  }

  @Test
  void stopContainer_thatIgnoresTerm_killsAfterTimeout() {
    String id = create("stubborn", "trap '' TERM; while true; do sleep 1; done");
    start(id);
    cri.runtime()
        .stopContainer(StopContainerRequest.newBuilder().setContainerId(id).setTimeout(1).build());
    assertEquals(137, status(id).getExitCode());
    cri.runtime()
        .stopContainer(StopContainerRequest.newBuilder().setContainerId(id).setTimeout(1).build());
  }

  @Test
  void missingThings_whenAskedFor_areNotFound() {
    StatusRuntimeException failure =
        assertThrows(StatusRuntimeException.class, () -> status("0123456789ab"));
    assertEquals(Status.Code.NOT_FOUND, failure.getStatus().getCode());
    cri.runtime()
        .removeContainer(
            RemoveContainerRequest.newBuilder().setContainerId("0123456789ab").build());
    cri.runtime()
        .stopContainer(StopContainerRequest.newBuilder().setContainerId("0123456789ab").build());
    cri.runtime()
        .removePodSandbox(
            RemovePodSandboxRequest.newBuilder().setPodSandboxId("0123456789ab").build());
  }

  @Test
  void execSync_withOutputAndExitCode_returnsBoth() {
    String id = create("exec", "sleep 1000");
    start(id);
    ExecSyncResponse response = execSync(id, 10, "sh", "-c", "echo a; echo b >&2; exit 7");
    assertEquals("a\n", response.getStdout().toStringUtf8());
    assertEquals("b\n", response.getStderr().toStringUtf8());
    assertEquals(7, response.getExitCode());
    StatusRuntimeException timeout =
        assertThrows(StatusRuntimeException.class, () -> execSync(id, 1, "sleep", "77"));
    assertEquals(Status.Code.DEADLINE_EXCEEDED, timeout.getStatus().getCode());
    Await.until(
        "killed", () -> !execSync(id, 10, "ps").getStdout().toStringUtf8().contains("sleep 77"));
  }

  @Test
  void container_withSecurityAndLimits_getsThem() throws Exception {
    Path mounted = Files.createDirectories(directory.resolve("mounted"));
    Files.writeString(mounted.resolve("file"), "here");
    ContainerConfig config =
        config("secure", "")
            .clearCommand()
            .addAllCommand(List.of("sleep", "1000"))
            .addEnvs(KeyValue.newBuilder().setKey("A").setValue(ByteString.copyFromUtf8("한글")))
            .setWorkingDir("/tmp")
            .addMounts(
                Mount.newBuilder()
                    .setContainerPath("/mounted")
                    .setHostPath(mounted.toString())
                    .setReadonly(true))
            .setLinux(
                LinuxContainerConfig.newBuilder()
                    .setResources(
                        LinuxContainerResources.newBuilder()
                            .setMemoryLimitInBytes(64 << 20)
                            .setCpuShares(512)
                            .setCpuQuota(50_000)
                            .setCpuPeriod(100_000)
                            .setOomScoreAdj(-900))
                    .setSecurityContext(
                        LinuxContainerSecurityContext.newBuilder()
                            .setRunAsUser(Int64Value.newBuilder().setValue(1000))
                            .setRunAsGroup(Int64Value.newBuilder().setValue(2000))
                            .addSupplementalGroups(3000)
                            .setReadonlyRootfs(true)
                            .setNoNewPrivs(true)
                            .setCapabilities(Capability.newBuilder().addDropCapabilities("ALL"))
                            .addMaskedPaths("/proc/kcore")
                            .addReadonlyPaths("/proc/sys")))
            .build();
    String id = create(config);
    start(id);
    String output =
        execSync(
                id,
                10,
                "sh",
                "-c",
                "id; echo $A; pwd; cat /mounted/file; touch /mounted/x; touch /x;"
                    + " grep -E 'NoNewPrivs|CapEff' /proc/self/status; grep /proc/sys /proc/mounts")
            .getStdout()
            .toStringUtf8();
    assertTrue(output.contains("uid=1000 gid=2000 groups=2000,3000"), output);
    assertTrue(output.contains("한글\n/tmp\nhere"), output);
    assertTrue(output.contains("CapEff:\t0000000000000000"), output);
    assertTrue(output.contains("NoNewPrivs:\t1"), output);
    assertTrue(output.contains("/proc/sys proc ro"), output);
    LinuxContainerResources limits = status(id).getResources().getLinux();
    assertEquals(64 << 20, limits.getMemoryLimitInBytes());
    assertEquals(50_000, limits.getCpuQuota());
    cri.runtime()
        .updateContainerResources(
            UpdateContainerResourcesRequest.newBuilder()
                .setContainerId(id)
                .setLinux(LinuxContainerResources.newBuilder().setMemoryLimitInBytes(96 << 20))
                .build());
    assertEquals(96 << 20, status(id).getResources().getLinux().getMemoryLimitInBytes());
    assertFalse(Files.exists(mounted.resolve("x")));
  }

  @Test
  void twoContainers_ofOnePod_shareLocalhostAndIpc() {
    String server = create("server", "echo hello | nc -l -p 8080");
    start(server);
    String client = create("client", "sleep 1000");
    start(client);
    Await.until(
        "answer",
        () ->
            execSync(client, 10, "nc", "127.0.0.1", "8080")
                .getStdout()
                .toStringUtf8()
                .equals("hello\n"));
  }

  @Test
  void stats_ofRunningContainer_countCpuAndMemory() {
    String id = create("busy", "while true; do :; done");
    start(id);
    Await.until("cpu used", () -> stats(id).getCpu().getUsageCoreNanoSeconds().getValue() > 0);
    assertTrue(stats(id).getMemory().getWorkingSetBytes().getValue() > 0);
    Await.until("rate", () -> stats(id).getCpu().getUsageNanoCores().getValue() > 0);
    PodSandboxStats podStats =
        cri.runtime()
            .podSandboxStats(PodSandboxStatsRequest.newBuilder().setPodSandboxId(sandbox).build())
            .getStats();
    assertEquals("eth0", podStats.getLinux().getNetwork().getDefaultInterface().getName());
    assertEquals(1, podStats.getLinux().getContainersCount());
  }

  @Test
  void restart_ofTheProgram_findsPodsAndCopiesEveryLineOnce() throws Exception {
    String id = create("counter", "i=0; while true; do echo $i; i=$((i+1)); usleep 2000; done");
    start(id);
    Await.until("first lines", () -> log("counter").size() > 50);
    long startedAt = status(id).getStartedAt();
    String address = sandboxStatus().getNetwork().getIp();
    for (int round = 0; round < 3; round++) {
      stopShim();
      int before = log("counter").size();
      startShim();
      Await.until("more lines", () -> log("counter").size() > before + 50);
    }
    assertEquals(startedAt, status(id).getStartedAt());
    assertEquals(address, sandboxStatus().getNetwork().getIp());
    cri.runtime().stopContainer(StopContainerRequest.newBuilder().setContainerId(id).build());
    assertNumbered(log("counter"));
  }

  @Test
  void reopenContainerLog_afterRename_goesOnInNewFileAndRemembersOverRestart() throws Exception {
    String id = create("rotated", "i=0; while true; do echo $i; i=$((i+1)); usleep 2000; done");
    start(id);
    Await.until("lines", () -> log("rotated").size() > 20);
    Path log = logFile("rotated");
    Path old = log.resolveSibling("rotated.log.20260101-000000");
    Files.move(log, old);
    cri.runtime()
        .reopenContainerLog(ReopenContainerLogRequest.newBuilder().setContainerId(id).build());
    assertTrue(Files.exists(log));
    stopShim();
    startShim();
    Await.until("new lines", () -> log("rotated").size() > 20);
    cri.runtime().stopContainer(StopContainerRequest.newBuilder().setContainerId(id).build());
    var all = new java.util.ArrayList<>(Files.readAllLines(old));
    all.addAll(log("rotated"));
    assertNumbered(all);
  }

  @Test
  void pullImage_thatIsNowhere_namesTheImportCommand() {
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                cri.images()
                    .pullImage(
                        PullImageRequest.newBuilder()
                            .setImage(image("127.0.0.1:1/nowhere:1"))
                            .build()));
    assertTrue(
        String.valueOf(failure.getStatus().getDescription()).contains("wherry image import"),
        failure.toString());
  }

  @Test
  void imageStatus_ofImported_hasNameAndDigest() {
    Image found =
        cri.images()
            .imageStatus(ImageStatusRequest.newBuilder().setImage(image("busybox")).build())
            .getImage();
    assertEquals(List.of(BUSYBOX), found.getRepoTagsList());
    assertEquals(
        List.of("docker.io/library/busybox@" + store.list().getFirst().digest()),
        found.getRepoDigestsList());
    assertFalse(
        cri.images()
            .imageStatus(ImageStatusRequest.newBuilder().setImage(image("nothing")).build())
            .hasImage());
  }

  @Test
  void containerEvents_ofALife_arriveInOrder() throws Exception {
    var events = cri.runtime().getContainerEvents(GetEventsRequest.getDefaultInstance());
    Thread worker =
        Thread.startVirtualThread(() -> {
          String id = create("eventful", "true");
          start(id);
          Await.until("end", () -> status(id).getState() == ContainerState.CONTAINER_EXITED);
        });
    var seen = new java.util.ArrayList<ContainerEventType>();
    while (seen.size() < 3) {
      ContainerEventResponse event = events.next();
      assertEquals(pod.getMetadata(), event.getPodSandboxStatus().getMetadata());
      seen.add(event.getContainerEventType());
    }
    assertEquals(
        List.of(
            ContainerEventType.CONTAINER_CREATED_EVENT,
            ContainerEventType.CONTAINER_STARTED_EVENT,
            ContainerEventType.CONTAINER_STOPPED_EVENT),
        seen);
    worker.join();
  }

  private static void assertNumbered(List<String> lines) {
    List<String> numbers = lines.stream().map(l -> l.substring(l.lastIndexOf(' ') + 1)).toList();
    assertEquals(IntStream.range(0, lines.size()).mapToObj(String::valueOf).toList(), numbers);
  }

  private static ImageSpec image(String name) {
    return ImageSpec.newBuilder().setImage(name).build();
  }

  private PodSandboxStatus sandboxStatus() {
    return cri.runtime()
        .podSandboxStatus(PodSandboxStatusRequest.newBuilder().setPodSandboxId(sandbox).build())
        .getStatus();
  }

  private ContainerConfig.Builder config(String name, String script) {
    return ContainerConfig.newBuilder()
        .setMetadata(ContainerMetadata.newBuilder().setName(name))
        .setImage(image(BUSYBOX))
        .addAllCommand(List.of("/bin/sh", "-c", script))
        .setLogPath(name + ".log");
  }

  private String create(String name, String script) {
    return create(config(name, script).build());
  }

  private String create(ContainerConfig config) {
    return cri.runtime()
        .createContainer(
            CreateContainerRequest.newBuilder()
                .setPodSandboxId(sandbox)
                .setConfig(config)
                .setSandboxConfig(pod)
                .build())
        .getContainerId();
  }

  private void start(String id) {
    cri.runtime().startContainer(StartContainerRequest.newBuilder().setContainerId(id).build());
  }

  private ContainerStatus status(String id) {
    return cri.runtime()
        .containerStatus(ContainerStatusRequest.newBuilder().setContainerId(id).build())
        .getStatus();
  }

  private ContainerStats stats(String id) {
    return cri.runtime()
        .containerStats(ContainerStatsRequest.newBuilder().setContainerId(id).build())
        .getStats();
  }

  private List<Container> list(ContainerFilter filter) {
    return cri.runtime()
        .listContainers(ListContainersRequest.newBuilder().setFilter(filter).build())
        .getContainersList();
  }

  private ExecSyncResponse execSync(String id, int timeoutSeconds, String... command) {
    return cri.runtime()
        .execSync(
            ExecSyncRequest.newBuilder()
                .setContainerId(id)
                .addAllCmd(List.of(command))
                .setTimeout(timeoutSeconds)
                .build());
  }

  private String run(String script) throws Exception {
    String id = create("run", "sleep 1000");
    start(id);
    return execSync(id, 10, "sh", "-c", script).getStdout().toStringUtf8();
  }

  private Path logFile(String name) {
    return Path.of(pod.getLogDirectory()).resolve(name + ".log");
  }

  private List<String> log(String name) {
    try {
      return Files.exists(logFile(name)) ? Files.readAllLines(logFile(name)) : List.of();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
