package dev.wherry.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.kubelet.volume.Mounts;
import dev.wherry.runtime.images.service.BuiltInImages;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What dead containers left mounted below a data directory. */
class TeardownTest {
  private static final String VOLUMES = "kubelet/pods/u/volumes/";

  @TempDir Path data;

  private Path root = Path.of("/nowhere");
  private Path secret = Path.of("/nowhere");
  private Path driven = Path.of("/nowhere");

  @BeforeEach
  void mount() throws Exception {
    assumeTrue(
        "root".equals(System.getProperty("user.name")) && Files.isWritable(Path.of("/sys")),
        "mounts need root");
    root = mounted(BuiltInImages.ROOTS + "/c1/root");
    secret = mounted(VOLUMES + "kubernetes.io~secret/s");
    driven = mounted(VOLUMES + "kubernetes.io~csi/v/mount");
  }

  @AfterEach
  void unmount() throws Exception {
    try (Mounts mounts = new Mounts()) {
      for (Path place : List.of(root, secret, driven)) {
        mounts.unmount(place);
      }
    }
  }

  private Path mounted(String below) throws Exception {
    Path place = Files.createDirectories(data.resolve(below));
    try (Mounts mounts = new Mounts()) {
      mounts.tmpfs(place, 0);
    }
    return place;
  }

  private List<Boolean> mounted() throws Exception {
    return List.of(Mounts.mounted(root), Mounts.mounted(secret), Mounts.mounted(driven));
  }

  @Test
  void stop_thenDelete_leaveNothingMounted() throws Exception {
    Teardown teardown = new Teardown(data);
    teardown.stop(true);
    assertEquals(List.of(true, true, true), mounted(), "pods are kept");

    teardown.stop(false);
    assertEquals(List.of(false, true, true), mounted(), "pods of another runtime may still run");

    Process server = new ProcessBuilder("sleep", "600").start();
    try {
      announce(server);
      teardown.stop(false);
      assertFalse(server.isAlive());
    } finally {
      server.destroyForcibly();
    }
    assertEquals(List.of(false, false, true), mounted(), "a driver takes its volumes away itself");

    teardown.removeData();
    assertFalse(Files.exists(data));
  }

  private void announce(Process server) throws Exception {
    var properties = new Properties();
    properties.setProperty("pid", Long.toString(server.pid()));
    properties.setProperty("start", server.info().startInstant().orElseThrow().toString());
    try (Writer file = Files.newBufferedWriter(data.resolve("server.properties"))) {
      properties.store(file, null);
    }
  }
}
