package dev.wherry.kubelet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImageNamesTest {
  @Test
  void normalise_table_followsDistribution() {
    String digest = "@sha256:" + "a".repeat(64);
    for (String[] row :
        new String[][] {
          {"busybox", "docker.io/library/busybox:latest"},
          {"busybox:1.36", "docker.io/library/busybox:1.36"},
          {"a/b", "docker.io/a/b:latest"},
          {"quay.io/a/b:c", "quay.io/a/b:c"},
          {"localhost/x", "localhost/x:latest"},
          {"localhost:5000/x:y", "localhost:5000/x:y"},
          {"busybox" + digest, "docker.io/library/busybox" + digest},
          {"index.docker.io/library/x", "docker.io/library/x:latest"},
        }) {
      assertEquals(Optional.of(row[1]), ImageNames.normalise(row[0]), row[0]);
    }
    for (String bad : new String[] {"", "UPPER", "a b", "x:", "x@sha256:12", "-x", "x//y"}) {
      assertEquals(Optional.empty(), ImageNames.normalise(bad), bad);
    }
  }
}
