package dev.wherry.controllers.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.sim.Scenario;
import dev.wherry.controllers.sim.World;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.PersistentVolumeClaimSpec;
import dev.wherry.model.core.v1.PersistentVolumeSpec;
import dev.wherry.model.core.v1.VolumeResourceRequirements;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.volume.ClaimFacts;
import dev.wherry.model.volume.VolumeFacts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Volumes and claims that come and go; whoever released a volume may give it free again. */
public final class VolumeScenario implements Scenario {
  private static final int SIZES = 3;
  private static final int CLAIMS_MAX = 5;
  private static final List<String> MODES = List.of("ReadWriteOnce");

  private int made;

  @Override
  public List<Controller> controllers(Parts parts) {
    return List.of(
        new VolumeBinder(parts), new ClaimProtection(parts), new VolumeProtection(parts));
  }

  @Override
  public void begin(World world) {
    for (int size = 1; size <= SIZES; size++) {
      volume(world, size);
    }
  }

  private void volume(World world, int size) {
    PersistentVolumeSpec spec =
        PersistentVolumeSpec.builder()
            .accessModes(MODES)
            .capacity(Map.of("storage", Quantity.parse(size + "Gi")))
            .persistentVolumeReclaimPolicy("Retain")
            .build();
    ObjectMeta meta = ObjectMeta.builder().name("pv-" + made++).build();
    world
        .api()
        .create(
            PersistentVolume.KIND, PersistentVolume.builder().metadata(meta).spec(spec).build());
  }

  private void claim(World world, int size) {
    PersistentVolumeClaimSpec spec =
        PersistentVolumeClaimSpec.builder()
            .accessModes(MODES)
            .storageClassName("")
            .resources(
                VolumeResourceRequirements.builder()
                    .requests(Map.of("storage", Quantity.parse(size + "Gi")))
                    .build())
            .build();
    ObjectMeta meta = ObjectMeta.builder().namespace("default").name("c-" + made++).build();
    world
        .api()
        .create(
            PersistentVolumeClaim.KIND,
            PersistentVolumeClaim.builder().metadata(meta).spec(spec).build());
  }

  @Override
  public void user(World world) {
    List<PersistentVolumeClaim> claims = world.truth(PersistentVolumeClaim.KIND);
    int size = 1 + world.random().nextInt(SIZES);
    switch (world.random().nextInt(4)) {
      case 0 -> {
        if (claims.size() < CLAIMS_MAX) {
          claim(world, size);
        }
      }
      case 1 -> {
        if (!claims.isEmpty()) {
          String name = claims.get(world.random().nextInt(claims.size())).metadata().name();
          world.api().delete(PersistentVolumeClaim.KIND, "default", name, DeleteOptions.DEFAULT);
        }
      }
      case 2 -> {
        if (world.truth(PersistentVolume.KIND).size() < CLAIMS_MAX) {
          volume(world, size);
        }
      }
      default -> free(world);
    }
  }

  private static void free(World world) {
    for (PersistentVolume volume : world.truth(PersistentVolume.KIND)) {
      if (volume.status().phase().equals(VolumePlan.RELEASED)
          && volume.spec().claimRef() != null
          // Else it is another claim's by now, and the phase is about to say so.
          && !isThere(world, volume.spec().claimRef())
          && volume.metadata().deletionTimestamp() == null) {
        world
            .api()
            .update(
                PersistentVolume.KIND,
                volume.toBuilder().spec(volume.spec().toBuilder().claimRef(null).build()).build());
        return;
      }
    }
  }

  @Override
  public void check(World world) {
    Map<String, String> claimOf = new HashMap<>();
    for (PersistentVolumeClaim claim : world.truth(PersistentVolumeClaim.KIND)) {
      if (claim.status().phase().equals(ClaimPlan.BOUND)) {
        String before = claimOf.put(claim.spec().volumeName(), claim.metadata().name());
        assertEquals(null, before, "two claims have " + claim.spec().volumeName());
        assertEquals(
            claim.metadata().uid(),
            reference(world, claim.spec().volumeName()).map(ObjectReference::uid).orElse(""),
            "the volume of " + claim.metadata().name());
      }
    }
  }

  private static Optional<ObjectReference> reference(World world, String volume) {
    return world.truth(PersistentVolume.KIND).stream()
        .filter(v -> v.metadata().name().equals(volume))
        .findFirst()
        .map(v -> v.spec().claimRef());
  }

  @Override
  public void settled(World world) {
    for (PersistentVolumeClaim claim : world.truth(PersistentVolumeClaim.KIND)) {
      assertEquals(null, claim.metadata().deletionTimestamp(), "a deleted claim is gone");
      if (!claim.status().phase().equals(ClaimPlan.BOUND)) {
        assertTrue(
            world.truth(PersistentVolume.KIND).stream().noneMatch(v -> fits(v, claim)),
            claim.metadata().name() + " waits beside a volume that fits");
      }
    }
    for (PersistentVolume volume : world.truth(PersistentVolume.KIND)) {
      String expected =
          volume.spec().claimRef() == null
              ? VolumePlan.AVAILABLE
              : isThere(world, volume.spec().claimRef()) ? VolumePlan.BOUND : VolumePlan.RELEASED;
      assertEquals(expected, volume.status().phase(), volume.metadata().name());
    }
  }

  private static boolean fits(PersistentVolume volume, PersistentVolumeClaim claim) {
    return volume.spec().claimRef() == null
        && VolumeFacts.capacity(volume).compareTo(ClaimFacts.request(claim)) >= 0;
  }

  private static boolean isThere(World world, ObjectReference ref) {
    return world.truth(PersistentVolumeClaim.KIND).stream()
        .anyMatch(claim -> claim.metadata().uid().equals(ref.uid()));
  }
}
