package dev.wherry.apiserver.secrets;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/** NaCl's crypto_secretbox: XSalsa20 and Poly1305, the tag before the cipher text. */
final class SecretBox {
  static final int NONCE_BYTES = 24;
  static final int TAG_BYTES = 16;
  private static final int MAC_KEY_BYTES = 32;

  private SecretBox() {}

  static byte[] seal(byte[] value, byte[] nonce, byte[] key) {
    XSalsa20Engine stream = stream(nonce, key);
    byte[] macKey = stream(stream);
    byte[] box = new byte[TAG_BYTES + value.length];
    stream.processBytes(value, 0, value.length, box, TAG_BYTES);
    tag(macKey, box, box);
    return box;
  }

  /**
   * @throws GeneralSecurityException when the box was changed, or made with another key
   */
  static byte[] open(byte[] box, byte[] nonce, byte[] key) throws GeneralSecurityException {
    if (box.length < TAG_BYTES) {
      throw new GeneralSecurityException("the box is cut short");
    }
    XSalsa20Engine stream = stream(nonce, key);
    byte[] tag = new byte[TAG_BYTES];
    tag(stream(stream), box, tag);
    if (!MessageDigest.isEqual(tag, Arrays.copyOf(box, TAG_BYTES))) {
      throw new GeneralSecurityException("the tag is wrong");
    }
    byte[] value = new byte[box.length - TAG_BYTES];
    stream.processBytes(box, TAG_BYTES, value.length, value, 0);
    return value;
  }

  private static XSalsa20Engine stream(byte[] nonce, byte[] key) {
    XSalsa20Engine stream = new XSalsa20Engine();
    stream.init(true, new ParametersWithIV(new KeyParameter(key), nonce));
    return stream;
  }

  /** The stream's first bytes are the key of the tag. */
  private static byte[] stream(XSalsa20Engine stream) {
    byte[] first = new byte[MAC_KEY_BYTES];
    stream.processBytes(first, 0, first.length, first, 0);
    return first;
  }

  private static void tag(byte[] key, byte[] box, byte[] into) {
    Poly1305 mac = new Poly1305();
    mac.init(new KeyParameter(key));
    mac.update(box, TAG_BYTES, box.length - TAG_BYTES);
    mac.doFinal(into, 0);
  }
}
