package dev.wherry.runtime.builtin.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of vendors and what they make of a bundle's configuration. */
class CdiSpecsTest {
  private static final String NULL_DEVICE =
      """
      cdiVersion: 0.6.0
      kind: example.com/dev
      containerEdits:
        env: [DRIVER=loaded]
      devices:
      - name: a
        containerEdits:
          env: [A=cdi, DEVICE=a]
          deviceNodes:
          - {path: /dev/own, hostPath: /dev/null, permissions: rw}
          - {path: /dev/absent, type: c, major: 240, minor: 7, fileMode: 384, uid: 5}
          mounts:
          - {hostPath: /opt/lib, containerPath: /usr/lib/own, options: [ro, rbind]}
          hooks:
          - {hookName: createContainer, path: /bin/hook, args: [hook, a], timeout: 3}
          additionalGids: [44, 10]
      - name: b
        containerEdits: {env: [DEVICE=b]}
      """;

  private static final String CONFIG =
      """
      {"process": {"env": ["PATH=/bin", "A=own"], "user": {"uid": 7, "gid": 8, "additionalGids": [10]}},
       "mounts": [{"destination": "/proc"}, {"destination": "/usr/lib/own/deep/er"}],
       "linux": {"devices": [{"path": "/dev/own"}], "resources": {"devices": []}}}
      """;

  @TempDir Path folder;
  private CdiSpecs specs;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(folder.resolve("etc"));
    Files.createDirectories(folder.resolve("run"));
    Files.writeString(folder.resolve("etc/dev.yaml"), NULL_DEVICE);
    Files.writeString(folder.resolve("etc/broken.json"), "{");
    specs = new CdiSpecs(List.of(folder.resolve("etc"), folder.resolve("run")));
  }

  private ObjectNode edited(String... names) throws IOException {
    ObjectNode tree = (ObjectNode) Json.parse(CONFIG);
    specs.edit(List.of(names), tree);
    return tree;
  }

  @Test
  void device_withAllEdits_isInTheConfiguration() throws IOException {
    ObjectNode tree = edited("example.com/dev=a", "example.com/dev=a");

    assertEquals(
        "[\"PATH=/bin\",\"DRIVER=loaded\",\"A=cdi\",\"DEVICE=a\"]",
        tree.at("/process/env").toString());
    assertEquals("[10,44]", tree.at("/process/user/additionalGids").toString());
    assertEquals(
        "{\"path\":\"/dev/own\",\"type\":\"c\",\"major\":1,\"minor\":3,\"fileMode\":438,\"uid\":7,\"gid\":8}",
        tree.at("/linux/devices/0").toString());
    assertEquals(
        "{\"path\":\"/dev/absent\",\"type\":\"c\",\"major\":240,\"minor\":7,\"fileMode\":384,\"uid\":5,\"gid\":8}",
        tree.at("/linux/devices/1").toString());
    assertEquals(
        "{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3,\"access\":\"rw\"}",
        tree.at("/linux/resources/devices/0").toString());
    assertEquals("/usr/lib/own", tree.at("/mounts/1/destination").asText());
    assertEquals("/usr/lib/own/deep/er", tree.at("/mounts/2/destination").asText());
    assertEquals(
        "{\"path\":\"/bin/hook\",\"args\":[\"hook\",\"a\"],\"timeout\":3}",
        tree.at("/hooks/createContainer/0").toString());
  }

  @Test
  void laterFolder_countsMore_andTwoFilesOfOneMakeADeviceUnknown() throws IOException {
    String one =
        "{\"cdiVersion\":\"0.6.0\",\"kind\":\"example.com/dev\",\"devices\":[{\"name\":\"b\",\"containerEdits\":{\"env\":[\"DEVICE=run\"]}}]}";
    Files.writeString(folder.resolve("run/b.json"), one);
    assertTrue(edited("example.com/dev=b").at("/process/env").toString().contains("DEVICE=run"));
    assertFalse(edited("example.com/dev=b").at("/process/env").toString().contains("DRIVER"));

    Files.writeString(folder.resolve("run/again.json"), one);
    String said =
        assertThrows(IllegalArgumentException.class, () -> edited("example.com/dev=b"))
            .getMessage();
    assertTrue(said.startsWith("unresolvable CDI devices example.com/dev=b: "), said);
  }

  @Test
  void noDevices_changeNothing() throws IOException {
    assertEquals(Json.parse(CONFIG), edited());
  }
}
