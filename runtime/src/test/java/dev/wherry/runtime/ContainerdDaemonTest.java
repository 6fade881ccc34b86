package dev.wherry.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.proto.cri.v1.ContainerState;
import dev.wherry.runtime.fixture.CriRuntimeContract;
import dev.wherry.runtime.fixture.PrivateContainerd;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.wherry.runtime.fixture.PrivateContainerd#isAvailable")
class ContainerdDaemonTest extends CriRuntimeContract {
  private PrivateContainerd containerd;

  @Override
  protected int networkNumber() {
    return 18;
  }

  @Override
  protected void startRuntime() throws IOException, InterruptedException {
    containerd = PrivateContainerd.start(network.configurationDirectory(), store, mirror);
    cri = containerd.client();
  }

  @Override
  protected void stopRuntime() throws IOException {
    containerd.close();
  }

  @Test
  void containers_whenContainerdRestarts_goOn() throws Exception {
    String id = create("survivor", "sleep 1000");
    start(id);
    long startedAt = status(id).getStartedAt();
    assertTrue(ContainerdDaemon.stop(containerd.config()));
    assertTrue(ContainerdDaemon.find(containerd.config()).isEmpty());
    ContainerdDaemon.ensureRunning(containerd.config(), store, mirror);
    containerd.awaitReady();
    assertEquals(ContainerState.CONTAINER_RUNNING, status(id).getState());
    assertEquals(startedAt, status(id).getStartedAt());
  }

  @Test
  void daemon_onceStarted_hasASessionOfItsOwn() throws Exception {
    long pid = ContainerdDaemon.find(containerd.config()).orElseThrow().pid();
    String stat = java.nio.file.Files.readString(java.nio.file.Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    assertEquals(Long.toString(pid), fields[3]);
  }
}
