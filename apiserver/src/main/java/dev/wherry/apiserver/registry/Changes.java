package dev.wherry.apiserver.registry;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.ObjectBytes;
import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.secrets.ValueTransformer;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.store.Entry;
import dev.wherry.store.Store;
import dev.wherry.store.StoreException;
import dev.wherry.store.Txn;
import dev.wherry.store.Txn.Compare;
import dev.wherry.store.Txn.Durability;
import dev.wherry.store.Txn.Op;
import dev.wherry.store.TxnResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The transactions that write an object, with the claims that it holds and what shows those. One is
 * over when the watch cache has it, so that its writer reads it.
 */
final class Changes {
  private static final Resource EVENTS = new Resource("", "events");
  private static final Resource LEASES = new Resource("coordination.k8s.io", "leases");

  /** Leases elsewhere decide who leads, and are as durable as anything. */
  private static final String NODE_LEASE_NAMESPACE = "kube-node-lease";

  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(30);

  private final Store store;
  private final WatchCache cache;
  private final ValueTransformer transformer;
  private final AddressObjects addresses;
  private final Conversions conversions;

  Changes(
      Store store,
      WatchCache cache,
      ValueTransformer transformer,
      AddressObjects addresses,
      Conversions conversions) {
    this.store = store;
    this.cache = cache;
    this.transformer = transformer;
    this.addresses = addresses;
    this.conversions = conversions;
  }

  /**
   * Nothing is written before {@link Change#commit}.
   *
   * @param expectedRevision of the object; 0 when there is none
   */
  Change of(WriteRequest request, long expectedRevision) {
    return new Change(request, expectedRevision);
  }

  /** One transaction that begins with the object itself. */
  final class Change {
    private final WriteRequest request;
    private final String key;
    private final List<Compare> compares = new ArrayList<>();
    private final List<Op> ops = new ArrayList<>();
    private JsonNode written = MissingNode.getInstance();

    private Change(WriteRequest request, long expectedRevision) {
      this.request = request;
      this.key = StoreKeys.key(request.storage(), request.namespace(), request.name());
      compares.add(new Compare(key, expectedRevision));
    }

    Change put(ObjectNode object) {
      written = object;
      ObjectNode stored = conversions.toStored(request.kind(), object);
      ops.add(new Op.Put(key, transformer.toStored(key, ObjectBytes.stored(stored))));
      return this;
    }

    Change delete() {
      ops.add(new Op.Delete(key));
      return this;
    }

    Change claim(Set<String> before, Set<String> after) {
      for (String claim : after) {
        if (!before.contains(claim)) {
          if (!request.dryRun()) {
            Claims.check(request.kind(), written, claim);
          }
          compares.add(new Compare(claim, 0));
          ops.add(new Op.Put(claim, new byte[0]));
          Claims.address(claim).ifPresent(this::show);
        }
      }
      for (String claim : before) {
        if (!after.contains(claim)) {
          ops.add(new Op.Delete(claim));
          Claims.address(claim).map(AddressObjects::key).map(Op.Delete::new).ifPresent(ops::add);
        }
      }
      return this;
    }

    /** Adds what shows clients that the Service has the address. */
    private void show(String ip) {
      ObjectNode object = addresses.created(ip, request.namespace(), request.name());
      String shown = AddressObjects.key(ip);
      compares.add(new Compare(shown, 0));
      ops.add(new Op.Put(shown, transformer.toStored(shown, ObjectBytes.stored(object))));
    }

    /** Empty when the object itself was changed by somebody else. */
    Optional<Long> commit() {
      if (request.dryRun()) {
        return Optional.of(cache.applied());
      }
      TxnResult result;
      try {
        result = store.txn(new Txn(compares, ops, durability(request)));
      } catch (StoreException.Full e) {
        throw new ApiException(Reason.INTERNAL_ERROR, 507, text(e), ApiException.Details.NONE);
      } catch (StoreException e) {
        throw new ApiException(Reason.SERVICE_UNAVAILABLE, text(e));
      }
      return switch (result) {
        case TxnResult.Committed(long revision) -> {
          cache.await(revision, VISIBLE_WITHIN);
          yield Optional.of(revision);
        }
        case TxnResult.Conflict(List<Optional<Entry>> current) -> {
          for (int i = 1; i < compares.size(); i++) {
            if (current.get(i).isPresent()) {
              throw Claims.taken(request.kind(), written, compares.get(i).key());
            }
          }
          // Another try is to see what was in the way, not the same old version again.
          long newer = current.getFirst().map(Entry::modRevision).orElseGet(store::currentRevision);
          cache.await(newer, VISIBLE_WITHIN);
          yield Optional.empty();
        }
      };
    }
  }

  private static String text(StoreException e) {
    return requireNonNull(e.getMessage());
  }

  /** Heartbeats and events may lose their last moments with the power; nothing else may. */
  private static Durability durability(WriteRequest request) {
    Resource resource = request.storage();
    boolean heartbeat = resource.equals(LEASES) && request.namespace().equals(NODE_LEASE_NAMESPACE);
    return heartbeat || resource.equals(EVENTS) ? Durability.CHEAP : Durability.SYNCED;
  }
}
