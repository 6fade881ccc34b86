package dev.wherry.kubelet.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.UserNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserNamespacesTest {
  @TempDir Path directory;

  private PodDirs dirs() {
    return new PodDirs(directory, directory);
  }

  private UserNamespaces shares(long first, long count, long share) {
    return new UserNamespaces(dirs(), new IdRange(first, count), share);
  }

  private static PodView pod(String uid, Boolean hostUsers) {
    return PodView.of(
        Pod.builder()
            .metadata(ObjectMeta.builder().name(uid).namespace("n").uid(uid).build())
            .spec(PodSpec.builder().hostUsers(hostUsers).build())
            .build());
  }

  private static long first(UserNamespace users) {
    assertEquals(users.getUidsList(), users.getGidsList());
    return Integer.toUnsignedLong(users.getUids(0).getHostId());
  }

  @Test
  void of_podsThatAsk_givesEachItsOwnUntilItsDirectoryGoes() throws Exception {
    UserNamespaces shares = shares(65_536, 3 * 65_536, 65_536);
    assertEquals(NamespaceMode.NODE, shares.of(pod("host", true)).getMode());
    assertTrue(Files.notExists(directory.resolve("pods/host")));
    assertEquals(65_536, first(shares.of(pod("a", false))));
    assertEquals(131_072, first(shares.of(pod("b", false))));
    assertEquals(
        "{\"uidMappings\":[{\"hostId\":131072,\"containerId\":0,\"length\":65536}],"
            + "\"gidMappings\":[{\"hostId\":131072,\"containerId\":0,\"length\":65536}]}",
        Files.readString(directory.resolve("pods/b/userns")));

    UserNamespaces again = shares(65_536, 3 * 65_536, 65_536);
    assertEquals(131_072, first(again.of(pod("b", false))), "after a restart");
    assertEquals(196_608, first(again.of(pod("c", false))));
    IOException none = assertThrows(IOException.class, () -> again.of(pod("d", false)));
    assertEquals("create user namespace: could not find an empty slot", none.getMessage());

    Files.delete(directory.resolve("pods/a/userns"));
    assertEquals(65_536, first(again.of(pod("d", false))));
  }

  @Test
  void of_afterAnotherSize_staysClearOfEarlierShares() throws Exception {
    assertEquals(65_536, first(shares(65_536, 8 * 65_536, 65_536).of(pod("a", false))));
    UserNamespaces larger = shares(131_072, 4 * 131_072, 131_072);
    assertEquals(131_072, first(larger.of(pod("b", false))));
    UserNamespaces smaller = shares(65_536, 8 * 65_536, 65_536);
    assertEquals(4 * 65_536, first(smaller.of(pod("c", false))));
  }

  @Test
  void of_theWholeRange_reachesTheHighestIds() throws Exception {
    long share = 65_535L * 65_536 / 2 / 65_536 * 65_536;
    UserNamespaces shares = shares(65_536, (1L << 32) - 65_536, share);
    shares.of(pod("a", false));
    assertEquals(65_536 + share, first(shares.of(pod("b", false))));
  }

  @Test
  void range_ofGetsubids_isOneThatFits() throws Exception {
    IdRange range = IdRange.parse("0: kubelet 65536 7208960\n");
    assertEquals(new IdRange(65_536, 7_208_960), range);
    assertEquals(range, range.checked(65_536, 110));
    assertProblem("is not enough for 111 pods", range, 65_536, 111);
    assertProblem("must not start below", new IdRange(0, 65_536), 65_536, 1);
    assertProblem("a multiple of", new IdRange(100_000, 65_536), 65_536, 1);
    assertThrows(IOException.class, () -> IdRange.parse("0: kubelet 1 2\n1: kubelet 3 4\n"));
    assertThrows(IOException.class, () -> IdRange.parse(""));
    assertThrows(IOException.class, () -> IdRange.parse("0: kubelet one two"));
  }

  private static void assertProblem(String what, IdRange range, long share, int pods) {
    IOException problem = assertThrows(IOException.class, () -> range.checked(share, pods));
    assertTrue(String.valueOf(problem.getMessage()).contains(what), problem.getMessage());
  }
}
