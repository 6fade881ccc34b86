package dev.wherry.network.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.wherry.network.rules.Cidr;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WaysTest {
  private final EmbeddedChannel first = new EmbeddedChannel();
  private final EmbeddedChannel second = new EmbeddedChannel();
  private final Ways ways =
      Ways.of(
          Map.of(
              first, List.of(Cidr.parse("10.42.0.0/24"), Cidr.parse("fd42::/64")),
              second, List.of(Cidr.parse("10.42.1.0/24"), Cidr.parse("fd42:0:0:1::/64"))));

  private static ByteBuf packet(String source, String destination) {
    byte[] from = InetAddress.ofLiteral(source).getAddress();
    boolean v4 = from.length == 4;
    ByteBuf packet = Unpooled.buffer();
    packet.writeZero(Packets.PREFIX_BYTES).writeByte(v4 ? 0x45 : 0x60).writeZero(v4 ? 11 : 7);
    packet.writeBytes(from).writeBytes(InetAddress.ofLiteral(destination).getAddress());
    return packet.setShort(0, packet.readableBytes() - Packets.PREFIX_BYTES);
  }

  private void pass(ByteBuf packet, Channel sender) {
    ways.pass(packet, sender).ifPresent(Channel::flush);
  }

  @Test
  void packet_goesToTheNodeOfItsDestination_whole() {
    ByteBuf packet = packet("10.42.0.9", "10.42.1.9");
    pass(packet, first);
    assertEquals(packet, second.readOutbound());
    ByteBuf sixth = packet("fd42:0:0:1::9", "fd42::9");
    pass(sixth, second);
    assertEquals(sixth, first.readOutbound());
  }

  @Test
  void packet_ofAnothersPods_isDropped() {
    pass(packet("10.42.1.9", "10.42.1.8"), first);
    pass(packet("192.0.2.1", "10.42.1.8"), first);
    assertNull(second.readOutbound());
  }

  @Test
  void packet_toNobodyOrItsSenderOrWithoutAHead_isDropped() {
    pass(packet("10.42.0.9", "10.42.0.8"), first);
    pass(packet("10.42.0.9", "10.43.0.1"), first);
    pass(Unpooled.wrappedBuffer(new byte[] {0, 1, 0x45}), first);
    pass(Unpooled.wrappedBuffer(new byte[] {0, 0}), first);
    assertNull(first.readOutbound());
    assertNull(second.readOutbound());
  }
}
