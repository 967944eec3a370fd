package dev.geminibatch.camel;

import dev.geminibatch.media.UploadCache;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The upload cache as Camel's idempotent consumer sees it: a key that cannot be added is a content
 * that the service has already. Adding waits while another thread uploads the same content.
 */
final class UploadCacheRepository extends ServiceSupport implements IdempotentRepository {
  private final UploadCache cache;

  UploadCacheRepository(UploadCache cache) {
    this.cache = cache;
  }

  @Override
  public boolean add(String key) {
    try {
      return cache.claim(key);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Stopped while another thread uploaded the same file", e);
    }
  }

  @Override
  public boolean contains(String key) {
    return cache.contains(key);
  }

  /** The claim ends; whether the content is there now, the cache knows from the upload itself. */
  @Override
  public boolean confirm(String key) {
    cache.release(key);
    return true;
  }

  /** The upload failed: whoever waits for this content tries it next. */
  @Override
  public boolean remove(String key) {
    cache.release(key);
    return true;
  }

  /** References outlive the process; they are forgotten one by one when they expire. */
  @Override
  public void clear() {}
}
