package dev.wherry.controllers.volume;

import static dev.wherry.controllers.Fixtures.NOW;
import static dev.wherry.controllers.volume.VolumeObjects.UID;
import static dev.wherry.controllers.volume.VolumeObjects.claim;
import static dev.wherry.controllers.volume.VolumeObjects.reference;
import static dev.wherry.controllers.volume.VolumeObjects.said;
import static dev.wherry.controllers.volume.VolumeObjects.volume;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VolumePlanTest {
  private static final String MADE = "\"pv.kubernetes.io/provisioned-by\": \"example.com/x\"";

  private static List<String> plan(PersistentVolume volume, PersistentVolumeClaim... claim) {
    return said(VolumePlan.of(volume, List.of(claim).stream().findFirst(), NOW));
  }

  private static PersistentVolumeClaim named(String volume) {
    return claim("", ", \"volumeName\": \"" + volume + "\"", "\"phase\": \"Bound\"");
  }

  @Test
  void volume_unclaimedOrKept_isAvailable() {
    assertEquals(List.of("status pv Available"), plan(volume("pv", "", "", "Pending")));
    assertEquals(List.of("status pv Available"), plan(volume("pv", "", reference(""), "Pending")));
    assertEquals(List.of(), plan(volume("pv", "", "", "Available")));
  }

  @Test
  void volume_claimNamesIt_isBound() {
    assertEquals(
        List.of("status pv Bound"),
        plan(volume("pv", "", reference(UID), "Available"), named("pv")));
  }

  @Test
  void volume_claimGone_isReleasedThenLeftToItsMaker() {
    assertEquals(List.of("status pv Released"), plan(volume("pv", MADE, reference(UID), "Bound")));
    assertEquals(List.of(), plan(volume("pv", MADE, reference(UID), "Released")));
  }

  @Test
  void volume_madeByHandAndToBeDeleted_fails() {
    assertEquals(
        List.of("status pv Failed", "report VolumeFailedDelete"),
        plan(volume("pv", "", reference(UID), "Released")));
    assertEquals(List.of(), plan(volume("pv", "", reference(UID), "Failed")));
  }

  @Test
  void volume_claimOfTheSameNameButAnother_isReleased() {
    assertEquals(
        List.of("status pv Released"),
        plan(volume("pv", MADE, reference("earlier"), "Bound"), named("pv")));
  }

  @Test
  void volume_claimBoundElsewhere_isFreeAgain_orReleasedWhenItWasMadeForIt() {
    Plan freed =
        VolumePlan.of(
            volume(
                "pv",
                "\"pv.kubernetes.io/bound-by-controller\": \"yes\"",
                reference(UID),
                "Available"),
            Optional.of(named("other")),
            NOW);
    PersistentVolume after =
        (PersistentVolume) ((Action.Update<?>) freed.actions().getFirst()).object();
    assertEquals(null, after.spec().claimRef());
    assertEquals(
        List.of("status pv Released"),
        plan(volume("pv", MADE, reference(UID), "Bound"), named("other")));
  }
}
