package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.address.ClusterRanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RangeChoiceTest {
  private static final RangeChoice OTHER = new RangeChoice("172.20.0.0/16", "172.21.0.0/20");

  @TempDir Path data;

  /** As a server does it: the ranges first, then the store. */
  private ClusterRanges start(RangeChoice choice) throws IOException {
    ClusterRanges ranges = choice.fix(data);
    Files.createDirectories(ServerRole.storeDirectory(data));
    return ranges;
  }

  @Test
  void firstStart_chosenRanges_stay() throws IOException {
    ClusterRanges chosen = start(OTHER);
    assertEquals(ClusterRanges.parse("172.20.0.0/16", "172.21.0.0/20"), chosen);
    assertEquals(chosen, start(RangeChoice.UNSAID));
    assertEquals(chosen, start(OTHER));
    assertEquals(chosen, new RangeChoice("", "172.21.0.0/20").in(data));

    String refused =
        assertThrows(IOException.class, () -> new RangeChoice("10.42.0.0/16", "").in(data))
            .getMessage();
    assertTrue(refused.contains("--cluster-cidr=172.20.0.0/16 since its first start"), refused);
    assertFalse(refused.contains("\n"), refused);
    assertThrows(IOException.class, () -> new RangeChoice("", "172.21.0.0/24").fix(data));
    assertEquals(chosen, start(RangeChoice.UNSAID));
  }

  @Test
  void firstStart_unsaid_fixesTheDefaults() throws IOException {
    assertEquals(ClusterRanges.DEFAULT, start(RangeChoice.UNSAID));
    assertThrows(IOException.class, () -> OTHER.in(data));
  }

  @Test
  void firstStart_thatFailed_leavesTheChoiceOpen() throws IOException {
    ClusterRanges first = OTHER.fix(data);
    assertEquals(ClusterRanges.DEFAULT, RangeChoice.UNSAID.fix(data));
    assertEquals(first, start(OTHER));
    assertEquals(first, RangeChoice.UNSAID.in(data));
  }

  @Test
  void directoryFromBefore_hasTheDefaults() throws IOException {
    Files.createDirectories(ServerRole.storeDirectory(data));
    assertEquals(ClusterRanges.DEFAULT, RangeChoice.UNSAID.fix(data));
    assertThrows(IOException.class, () -> OTHER.fix(data));
    try (var files = Files.list(data)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void choice_oneOverlapsTheOthersDefault_isRefused() {
    RangeChoice half = new RangeChoice("", "10.42.0.0/20");
    assertThrows(IllegalArgumentException.class, () -> half.fix(data));
    assertFalse(Files.exists(data.resolve("ranges.properties")));
  }

  @Test
  void record_damaged_saysWhatToWrite() throws IOException {
    start(OTHER);
    Files.writeString(data.resolve("ranges.properties"), "clusterCidr=172.20.0.0/16\n");
    String text = assertThrows(IOException.class, () -> RangeChoice.UNSAID.in(data)).getMessage();
    assertTrue(text.contains("serviceCidr=RANGE"), text);
  }

  @Test
  void firstStart_ofTwoFamilies_staysAsItIs() throws IOException {
    RangeChoice both = new RangeChoice("10.42.0.0/16,fd00:42::/48", "10.43.0.0/16,fd00:43::/112");
    ClusterRanges chosen = start(both);
    assertTrue(chosen.isDual());
    assertEquals(chosen, start(RangeChoice.UNSAID));
    assertEquals(chosen, new RangeChoice("10.42.0.0/16,fd00:42:0::/48", "").in(data));
    String refused =
        assertThrows(IOException.class, () -> new RangeChoice("10.42.0.0/16", "").in(data))
            .getMessage();
    assertTrue(refused.contains("--cluster-cidr=10.42.0.0/16,fd00:42::/48 since"), refused);
  }

  @Test
  void firstStart_ofOneFamily_getsNoSecond() throws IOException {
    ClusterRanges one = start(RangeChoice.UNSAID);
    assertFalse(one.isDual());
    RangeChoice both = new RangeChoice("10.42.0.0/16,fd00:42::/48", "10.43.0.0/16,fd00:43::/112");
    String refused = assertThrows(IOException.class, () -> both.in(data)).getMessage();
    assertTrue(refused.contains("has --cluster-cidr=10.42.0.0/16 since its first start"), refused);
  }

  @Test
  void arguments_areHandedOn() {
    assertEquals(List.of(), RangeChoice.UNSAID.arguments());
    assertEquals(
        List.of("--cluster-cidr=172.20.0.0/16", "--service-cidr=172.21.0.0/20"), OTHER.arguments());
  }
}
