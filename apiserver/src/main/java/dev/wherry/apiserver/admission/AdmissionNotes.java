package dev.wherry.apiserver.admission;

/** Takes what plugins say beside their verdict. Called by several threads at once. */
public interface AdmissionNotes {
  /** Nobody is there to hear: a component of this process asks. */
  AdmissionNotes UNHEARD =
      new AdmissionNotes() {
        @Override
        public void warn(String text) {}

        @Override
        public void annotate(String key, String value) {}
      };

  /** Something the caller is to be told with the answer. */
  void warn(String text);

  /** Something the audit log is to keep. */
  void annotate(String key, String value);
}
