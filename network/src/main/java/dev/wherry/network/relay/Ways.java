package dev.wherry.network.relay;

import dev.wherry.model.Bytes;
import dev.wherry.network.rules.Cidr;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which stream leads to whose pods; never changed.
 *
 * @param streams by pods' range
 * @param prefixes the ranges' lengths
 */
record Ways(Map<Cidr, Channel> streams, Set<Integer> prefixes) {
  static final Ways NONE = new Ways(Map.of(), Set.of());

  Ways {
    streams = Map.copyOf(streams);
    prefixes = Set.copyOf(prefixes);
  }

  /** The ways to nodes with a stream. */
  static Ways of(Map<Channel, List<Cidr>> pods) {
    Map<Cidr, Channel> streams = new HashMap<>();
    pods.forEach((stream, ranges) -> ranges.forEach(range -> streams.put(range, stream)));
    return new Ways(
        streams, streams.keySet().stream().map(Cidr::prefix).collect(Collectors.toSet()));
  }

  private Optional<Channel> to(Bytes address) {
    byte[] bytes = address.toArray();
    return prefixes.stream()
        .filter(prefix -> prefix <= bytes.length * Byte.SIZE)
        .flatMap(prefix -> Optional.ofNullable(streams.get(Cidr.of(bytes, prefix))).stream())
        .findFirst();
  }

  /**
   * Hands a packet on and says to which stream, which is to be flushed. It is dropped when its
   * source is no pod of its sender, its destination has no stream, or that stream has enough that
   * waits.
   */
  Optional<Channel> pass(ByteBuf framed, Channel sender) {
    Optional<Channel> way =
        Packets.ends(framed)
            .filter(ends -> to(ends.source()).filter(sender::equals).isPresent())
            .flatMap(ends -> to(ends.destination()))
            .filter(Channel::isWritable)
            .filter(to -> !to.equals(sender));
    way.ifPresent(to -> to.write(framed.retain()));
    return way;
  }
}
