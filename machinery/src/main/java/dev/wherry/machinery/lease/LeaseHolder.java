package dev.wherry.machinery.lease;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.coordination.v1.LeaseSpec;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One lease, renewed when asked: made where it is missing, taken over where somebody else changed
 * it. A monitor; a renewal blocks.
 */
public final class LeaseHolder {
  private final ApiClient client;
  private final LeaseKeeper.Config config;
  private final Supplier<List<OwnerReference>> owners;
  private final Timer timer;
  private Optional<Lease> known = Optional.empty();

  /**
   * @param owners the references that make the lease go with its node; empty while unknown
   */
  public LeaseHolder(
      ApiClient client,
      LeaseKeeper.Config config,
      Supplier<List<OwnerReference>> owners,
      Timer timer) {
    this.client = client;
    this.config = config;
    this.owners = owners;
    this.timer = timer;
  }

  /**
   * @throws ApiException when the server refuses; the next renewal reads the lease anew
   */
  public synchronized void renew() {
    Optional<Lease> before = known;
    known = Optional.empty();
    Optional<Lease> present =
        before.isPresent() ? before : client.find(Lease.KIND, config.namespace(), config.name());
    known =
        Optional.of(
            present.isPresent()
                ? client.update(Lease.KIND, renewed(present.get()))
                : client.create(Lease.KIND, fresh()));
  }

  private Lease fresh() {
    ObjectMeta meta =
        ObjectMeta.builder()
            .namespace(config.namespace())
            .name(config.name())
            .ownerReferences(owners.get())
            .build();
    return Lease.builder().metadata(meta).spec(spec(LeaseSpec.builder())).build();
  }

  private Lease renewed(Lease lease) {
    ObjectMeta meta = lease.metadata();
    if (meta.ownerReferences().isEmpty()) {
      meta = meta.toBuilder().ownerReferences(owners.get()).build();
    }
    return lease.toBuilder().metadata(meta).spec(spec(lease.spec().toBuilder())).build();
  }

  private LeaseSpec spec(LeaseSpec.Builder spec) {
    Instant now = timer.instant();
    return spec.holderIdentity(config.holder())
        .leaseDurationSeconds((int) config.duration().toSeconds())
        .renewTime(now)
        .build();
  }
}
