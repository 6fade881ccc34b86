package dev.wherry.runtime.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.proto.cri.v1.AttachRequest;
import dev.wherry.proto.cri.v1.ContainerEventResponse;
import dev.wherry.proto.cri.v1.ContainerEventType;
import dev.wherry.proto.cri.v1.ContainerState;
import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.proto.cri.v1.PullImageRequest;
import dev.wherry.proto.cri.v1.ReopenContainerLogRequest;
import dev.wherry.proto.cri.v1.StopContainerRequest;
import dev.wherry.runtime.DockerShim;
import dev.wherry.runtime.DockerShimConfig;
import dev.wherry.runtime.ShimBinary;
import dev.wherry.runtime.fixture.Await;
import dev.wherry.runtime.fixture.CriClient;
import dev.wherry.runtime.fixture.CriRuntimeContract;
import dev.wherry.runtime.fixture.EventEar;
import dev.wherry.runtime.fixture.PrivateDocker;
import dev.wherry.streaming.portforward.PodConnection;
import dev.wherry.streaming.remotecommand.CommandStatus;
import dev.wherry.streaming.remotecommand.RemoteProcess;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.wherry.runtime.fixture.PrivateDocker#isAvailable")
class DockerShimTest extends CriRuntimeContract {
  private PrivateDocker docker;
  private DockerShim shim;

  @Override
  protected int networkNumber() {
    return 17;
  }

  @Override
  protected void startRuntime() throws IOException {
    docker = PrivateDocker.start();
    startShim();
  }

  @Override
  protected void stopRuntime() throws IOException {
    stopShim();
    docker.close();
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
    var all = new ArrayList<>(Files.readAllLines(old));
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
    assertEquals(
        List.of(
            ContainerEventType.CONTAINER_CREATED_EVENT,
            ContainerEventType.CONTAINER_STARTED_EVENT,
            ContainerEventType.CONTAINER_STOPPED_EVENT),
        seen);
  }

  @Test
  void exec_whoseInputCloses_goesOnWithItsOutput() throws Exception {
    String id = create("interactive", "sleep 1000");
    start(id);
    ExecRequest request =
        ExecRequest.newBuilder()
            .setContainerId(id)
            .addAllCmd(List.of("sh", "-c", "cat; echo end >&2; exit 5"))
            .setStdin(true)
            .setStdout(true)
            .setStderr(true)
            .build();
    try (var connection = DockerConnection.of(docker.socket());
        var process = streams(connection).exec(request)) {
      process.write(StandardCharsets.UTF_8.encode("한글 in\n"));
      process.closeInput();
      // Two pipes, of which Docker reads the one or the other first.
      assertEquals(List.of("!end", "한글 in"), text(process).lines().sorted().toList());
      assertEquals(CommandStatus.exit(5), process.outcome());
    }
  }

  @Test
  void attach_toContainerWithInput_reachesItsFirstProcess() throws Exception {
    String id =
        create(config("attached", "cat; echo end").setStdin(true).setStdinOnce(true).build());
    start(id);
    AttachRequest request =
        AttachRequest.newBuilder().setContainerId(id).setStdin(true).setStdout(true).build();
    try (var connection = DockerConnection.of(docker.socket());
        var process = streams(connection).attach(request)) {
      process.write(StandardCharsets.UTF_8.encode("hello\n"));
      process.closeInput();
      assertEquals("hello\nend\n", text(process));
    }
    Await.until("ended", () -> status(id).getState() == ContainerState.CONTAINER_EXITED);
  }

  @Test
  void dial_toPortOfThePod_reachesItsLoopback() throws Exception {
    String id = create("listener", "while true; do echo hello | nc -l -p 8081; done");
    start(id);
    try (var connection = DockerConnection.of(docker.socket())) {
      Await.until("answer", () -> dialled(connection).equals("hello\n"));
    }
  }

  private String dialled(DockerConnection connection) {
    try (PodConnection dial = streams(connection).dial(sandbox, 8081)) {
      byte[] chunk = new byte[6];
      int n = dial.read(chunk);
      return new String(chunk, 0, Math.max(0, n), StandardCharsets.UTF_8);
    } catch (IOException e) {
      // Nobody listens yet.
      return "";
    }
  }

  private DockerStreams streams(DockerConnection connection) throws IOException {
    return new DockerStreams(connection, ShimBinary.install(directory.resolve("bin")));
  }

  private static String text(RemoteProcess process) throws IOException {
    var text = new StringBuilder();
    for (var output = process.read(); output.isPresent(); output = process.read()) {
      text.append(output.get().stderr() ? "!" : "");
      text.append(StandardCharsets.UTF_8.decode(output.get().bytes()));
    }
    return text.toString();
  }
}
