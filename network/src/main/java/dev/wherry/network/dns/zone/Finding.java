package dev.wherry.network.dns.zone;

import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.ResourceRecord;
import dev.wherry.network.dns.message.Response;
import java.util.List;

/** What the cluster's zone has to say to a question. */
public sealed interface Finding {
  /** Nothing: others must be asked. */
  record Outside() implements Finding {}

  /** The name is ours, but what there is has not been read yet. */
  record NotReady() implements Finding {}

  /** The whole answer. */
  record Known(Response response) implements Finding {}

  /**
   * The name is another one for a name outside.
   *
   * @param chain the records that lead there, to be answered first
   */
  record Follow(List<ResourceRecord> chain, DomainName target) implements Finding {
    public Follow {
      chain = List.copyOf(chain);
    }
  }
}
