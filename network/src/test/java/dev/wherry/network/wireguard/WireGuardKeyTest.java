package dev.wherry.network.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WireGuardKeyTest {
  private @TempDir Path folder;

  private static String publicOf(String privateHex) {
    WireGuardKey key = WireGuardKey.of(HexFormat.of().parseHex(privateHex));
    return HexFormat.of().formatHex(key.publicKey().toArray());
  }

  @Test
  void publicHalf_ofKnownKeys_isThatOfRfc7748() {
    assertEquals(
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        publicOf("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
    assertEquals(
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        publicOf("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  }

  @Test
  void key_madeAtTheFirstStart_isItsOwnersAloneAndStays() throws Exception {
    Path file = folder.resolve("network/wireguard.key");
    WireGuardKey made = WireGuardKey.in(file, new SecureRandom());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(made, WireGuardKey.in(file, new SecureRandom()));
    byte[] scalar = made.privateKey().toArray();
    assertEquals(0, scalar[0] & 7, "clamped as wg genkey does");
    assertEquals(0x40, scalar[31] & 0xc0);
    assertEquals(
        Optional.of(made.privateKey()), WireGuardKey.parse(Files.readString(file).strip()));
    assertNotEquals(made, WireGuardKey.in(folder.resolve("other.key"), new SecureRandom()));
  }

  @Test
  void file_withoutAKey_isNamedAndLeftAlone() throws Exception {
    Path file = Files.writeString(folder.resolve("wireguard.key"), "c2hvcnQ=\n");
    IOException refused =
        assertThrows(IOException.class, () -> WireGuardKey.in(file, new SecureRandom()));
    assertTrue(String.valueOf(refused.getMessage()).startsWith(file.toString()));
    assertEquals("c2hvcnQ=\n", Files.readString(file));
  }

  @Test
  void text_thatIsNoKey_isRefused() {
    assertEquals(Optional.empty(), WireGuardKey.parse("not base64!"));
    assertEquals(Optional.empty(), WireGuardKey.parse(""));
    Bytes key = Bytes.copyOf(new byte[WireGuardKey.BYTES]);
    assertEquals(Optional.of(key), WireGuardKey.parse(WireGuardKey.text(key)));
  }
}
