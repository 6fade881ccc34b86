package dev.wherry.cli.client.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.client.failure.ClientException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DetachKeysTest {
  private final AtomicBoolean left = new AtomicBoolean();

  private byte[] seen(String typed) throws IOException {
    return DetachKeys.parse("ctrl-p,ctrl-q")
        .watching(
            new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)), () -> left.set(true))
        .readAllBytes();
  }

  @Test
  void parse_keys_areWhatATerminalSends() {
    assertEquals(List.of(16, 17), DetachKeys.parse("ctrl-p,ctrl-q").bytes());
    assertEquals(List.of((int) 'a', 1), DetachKeys.parse("a,ctrl-A").bytes());
    assertThrows(ClientException.class, () -> DetachKeys.parse("ctrl"));
  }

  @Test
  void watching_keysOneAfterTheOther_endTheInput() throws IOException {
    assertArrayEquals("ls\n".getBytes(StandardCharsets.UTF_8), seen("ls\n\u0010\u0011more"));
    assertTrue(left.get());
  }

  @Test
  void watching_onlyTheFirstKey_isPassedOn() throws IOException {
    assertArrayEquals("\u0010x".getBytes(StandardCharsets.UTF_8), seen("\u0010x"));
    assertFalse(left.get());
  }
}
