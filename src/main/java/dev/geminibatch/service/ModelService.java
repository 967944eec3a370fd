package dev.geminibatch.service;

import java.util.List;

/**
 * The models of a service.
 *
 * <p>Throws {@link ServiceFailure} as {@link BatchService} does.
 */
public interface ModelService {
  /** More than any service has. */
  int MOST_MODELS = 10_000;

  /**
   * What can be asked of a model, in the service's words: {@code batchGenerateContent}. Empty if it
   * does not say.
   *
   * @param name short, {@code gemini-x} or {@code tunedModels/y}
   * @throws ServiceFailure of kind {@code NOT_FOUND} when there is none of this name for this key
   */
  List<String> methods(String name);

  /** The short names of all models that the service lists. */
  List<String> listed();
}
