package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.cli.lab.Await;
import dev.wherry.cli.lab.Command;
import dev.wherry.cli.lab.Kubectl;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A control plane on a disk that somebody fills while it runs. */
class FullDiskTest {
  private static final int DISK_MIB = 160;
  private static final int VALUE_BYTES = 400_000;
  private static final int OBJECTS_MAX = 100;
  private static final int CHUNK_BYTES = 64 << 10;

  @TempDir Path folder;
  private Path disk;

  @BeforeEach
  void mount() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
    disk = Files.createDirectory(folder.resolve("disk"));
    Command.sh("mount -t tmpfs -o size=" + DISK_MIB + "m wherry-test " + disk);
  }

  @AfterEach
  void unmount() throws IOException {
    if (disk != null) {
      Command.sh("umount " + disk);
    }
  }

  private ServerRole start() throws Exception {
    return ServerRole.start(
        new ServerRole.Options(
            disk.resolve("data"), "127.0.0.1", 0, List.of(), "n1", "127.0.0.1", 0, false));
  }

  private Kubectl kubectl(ServerRole server) {
    return new Kubectl(server.kubeconfig(), folder, true);
  }

  /** Takes all room there is. */
  private static void fill(Path ballast) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(chunk);
      }
    } catch (IOException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("No space"), e.toString());
    }
  }

  private static Set<String> stored(Kubectl kubectl) throws IOException {
    Kubectl.Result listed = kubectl.run("get", "configmaps", "-l", "kept=yes", "-o", "name");
    assertEquals(0, listed.exit(), listed.errors());
    return new TreeSet<>(listed.text().lines().toList());
  }

  @Test
  void create_onFullDisk_isRefusedUntilThereIsRoomAndLosesNothing() throws Exception {
    Random random = new Random(20_261_121);
    Set<String> acknowledged = new TreeSet<>();
    try (ServerRole server = start()) {
      Kubectl kubectl = kubectl(server);
      Path ballast = disk.resolve("ballast");
      fill(ballast);
      Kubectl.Result refused = null;
      for (int i = 0; i < OBJECTS_MAX && refused == null; i++) {
        Kubectl.Result created = create(kubectl, i, random);
        if (created.exit() == 0) {
          acknowledged.add("configmap/c-" + i);
        } else {
          refused = created;
        }
      }
      assertTrue(refused != null, "the disk never got full");
      assertTrue(
          refused.errors().contains("the disk is full: free some space and try again"),
          refused.errors());
      assertFalse(refused.errors().contains("\tat "), refused.errors());
      assertEquals(acknowledged, stored(kubectl));

      Files.delete(ballast);
      Await.until(
          () -> "a write after there is room again",
          () -> create(kubectl, OBJECTS_MAX, random).exit() == 0);
      acknowledged.add("configmap/c-" + OBJECTS_MAX);
      assertEquals(acknowledged, stored(kubectl));
    }
    try (ServerRole again = start()) {
      assertEquals(acknowledged, stored(kubectl(again)));
    }
  }

  private Kubectl.Result create(Kubectl kubectl, int number, Random random) throws IOException {
    byte[] value = new byte[VALUE_BYTES];
    random.nextBytes(value);
    Path file =
        Files.writeString(
            folder.resolve("c.yaml"),
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: c-%d, labels: {kept: "yes"}}
            binaryData: {v: %s}
            """
                .formatted(number, Base64.getEncoder().encodeToString(value)));
    return kubectl.run("create", "-f", file.toString());
  }
}
