package dev.wherry.model.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VolumeMatchTest {
  private static final Map<String, String> ANYWHERE = Map.of();

  private static PersistentVolumeClaim claim(String spec) {
    return PersistentVolumeClaim.KIND.decode(
        Json.parse(
            """
            {"metadata": {"name": "data", "namespace": "d", "uid": "u"},
             "spec": {"accessModes": ["ReadWriteOnce"],
                      "resources": {"requests": {"storage": "2Gi"}}%s}}
            """
                .formatted(spec)));
  }

  private static PersistentVolume volume(String name, String size, String modes, String spec) {
    return PersistentVolume.KIND.decode(
        Json.parse(
            """
            {"metadata": {"name": "%s", "labels": {"name": "%s"}},
             "spec": {"accessModes": [%s], "capacity": {"storage": "%s"}%s}}
            """
                .formatted(name, name, modes, size, spec)));
  }

  private static PersistentVolume plain(String name, String size) {
    return volume(name, size, "\"ReadWriteOnce\"", "");
  }

  private static String found(Optional<PersistentVolume> volume) {
    return volume.map(v -> v.metadata().name()).orElse("none");
  }

  @Test
  void forBinder_severalFit_takesFewestModesThenSmallest() {
    List<PersistentVolume> all =
        List.of(
            plain("small", "1Gi"),
            plain("large", "10Gi"),
            plain("fit", "3Gi"),
            volume("shared", "2Gi", "\"ReadWriteOnce\", \"ReadWriteMany\"", ""));
    assertEquals("fit", found(VolumeMatch.forBinder(claim(""), all, false)));
    assertEquals("none", found(VolumeMatch.forBinder(claim(""), all, true)));
    assertEquals("shared", found(VolumeMatch.forNode(claim(""), all, ANYWHERE, Set.of())));
    assertEquals("fit", found(VolumeMatch.forNode(claim(""), all, ANYWHERE, Set.of("shared"))));
  }

  @Test
  void forBinder_classModeSelectorAndSize_mustAllFit() {
    for (String spec :
        List.of(
            ", \"storageClassName\": \"fast\"",
            ", \"volumeMode\": \"Block\"",
            ", \"accessModes\": [\"ReadWriteMany\"]",
            ", \"selector\": {\"matchLabels\": {\"name\": \"other\"}}")) {
      PersistentVolumeClaim asking =
          PersistentVolumeClaim.KIND.decode(
              Json.parse(
                  """
                  {"metadata": {"name": "data", "namespace": "d", "uid": "u"}, "spec": {%s}}
                  """
                      .formatted(spec.substring(2))));
      assertEquals(
          "none", found(VolumeMatch.forBinder(asking, List.of(plain("pv", "3Gi")), false)), spec);
    }
  }

  @Test
  void forBinder_keptForTheClaim_isPreferredAlsoWhenDelayed() {
    String ref = ", \"claimRef\": {\"namespace\": \"d\", \"name\": \"data\"}";
    List<PersistentVolume> all =
        List.of(plain("free", "2Gi"), volume("kept", "9Gi", "\"ReadWriteOnce\"", ref));
    assertEquals("kept", found(VolumeMatch.forBinder(claim(""), all, true)));
    assertEquals("kept", found(VolumeMatch.forNode(claim(""), all, ANYWHERE, Set.of())));
    String others = ref.replace("data", "other");
    assertEquals(
        "none",
        found(
            VolumeMatch.forBinder(
                claim(""), List.of(volume("taken", "9Gi", "\"ReadWriteOnce\"", others)), false)));
  }

  @Test
  void claim_classAbsentOrEmpty_areTwoThings_alsoAfterARoundTrip() {
    PersistentVolumeClaim open = claim("");
    PersistentVolumeClaim none = claim(", \"storageClassName\": \"\"");
    assertTrue(ClaimFacts.leavesClassOpen(open));
    assertFalse(ClaimFacts.leavesClassOpen(none));
    PersistentVolumeClaim again =
        PersistentVolumeClaim.KIND.decode(PersistentVolumeClaim.KIND.toJson(none));
    assertFalse(ClaimFacts.leavesClassOpen(again));
    assertEquals("", ClaimFacts.className(again));
  }
}
