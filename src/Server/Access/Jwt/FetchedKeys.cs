using System.Text.Json;
using Relay.Background;
using Relay.Logging;

namespace Relay.Access;

/// <summary>
/// The keys that an issuer publishes (<c>Auth:Jwt:JwksUrl</c>, <c>Auth:Jwt:Authority</c>). Fetched at the start, every
/// few minutes, and when a token names a key that is not there, that at a bounded rate: no one can make a node hammer
/// the publisher by naming keys. While the publisher is away the keys last fetched stay in use.
/// </summary>
internal sealed partial class FetchedKeys(KeyPublisher publisher, TimeProvider time, ILogger<FetchedKeys> logger)
    : PeriodicService(ShortestInterval, ShortestInterval, time, logger), IVerificationKeys
{
    /// <summary>
    /// How often the keys are fetched without a token that asks: so long a key that was withdrawn is still accepted.
    /// </summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(5);

    /// <summary>The shortest time from one fetch to the next.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(10);

    /// <summary>
    /// With how many keys a token is tried that names none: each costs a check of a signature. Publishers of more
    /// name them.
    /// </summary>
    public const int MaxUnnamed = 8;

    private readonly Lock gate = new();
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PublishedKeys? published;
    private Task? fetching;
    private long? lastFetch;
    private volatile bool lastFailed;

    /// <summary>Completes when the keys were fetched for the first time.</summary>
    public Task WhenFetchedAsync(CancellationToken cancellation) => first.Task.WaitAsync(cancellation);

    public async ValueTask<KeyChoice> FindAsync(string algorithm, string? keyId, CancellationToken cancellation)
    {
        // Key sets hold public keys; a token that is signed with a secret needs no look at them.
        if (algorithm is not ['R' or 'P' or 'E', 'S', ..])
        {
            return new KeyChoice([]);
        }

        var choice = Choose(algorithm, keyId);
        if (choice.Keys.Count == 0 && FetchUnlessJustDone() is { } fetch)
        {
            await fetch.WaitAsync(cancellation);
            choice = Choose(algorithm, keyId);
        }

        return choice;
    }

    public override void Dispose()
    {
        base.Dispose();
        publisher.Dispose();
    }

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        if (FetchUnlessJustDone() is { } fetch)
        {
            await fetch.WaitAsync(stopping);
        }

        return lastFailed ? ShortestInterval : RefreshInterval;
    }

    private KeyChoice Choose(string algorithm, string? keyId)
    {
        var now = published;
        IReadOnlyList<VerificationKey> found =
        [
            .. (now?.Keys ?? [])
                .Where(key => key.Algorithms.Contains(algorithm) && (keyId is null || key.Id == keyId))
                .Take(MaxUnnamed),
        ];
        return new KeyChoice(found, IsTemporary: now is null || lastFailed, now?.Document.Issuer);
    }

    /// <summary>The fetch under way, or a new one; null when the last one began too short a time ago.</summary>
    private Task? FetchUnlessJustDone()
    {
        lock (gate)
        {
            if (fetching is not null)
            {
                return fetching;
            }

            if (lastFetch is { } last && Time.GetElapsedTime(last) < ShortestInterval)
            {
                return null;
            }

            lastFetch = Time.GetTimestamp();
            fetching = Task.Run(FetchAsync);
            return fetching;
        }
    }

    private async Task FetchAsync()
    {
        Exception? failure = null;
        try
        {
            var document = await publisher.FetchAsync();
            if (published?.IsOf(document) != true)
            {
                var read = JsonWebKeys.Read(document.Keys);
                published = read.Count > 0 ? new PublishedKeys(document, read)
                    : throw new JsonException("It holds no key that tokens could be signed with.");
                LogFetched(logger, read.Count, publisher.Place);
            }
        }
        catch (Exception exception)
        {
            // Whatever it is: the bytes come from outside, and the next fetch must come.
            failure = exception;
        }

        if (failure is not null && !lastFailed)
        {
            var consequence = published is null ? "tokens cannot be checked" : "those fetched before stay in use";
            LogFailed(logger, failure, publisher.Place, consequence);
        }

        lastFailed = failure is not null;
        if (failure is null)
        {
            first.TrySetResult();
        }

        lock (gate)
        {
            fetching = null;
        }
    }

    [LoggerMessage(LogEvents.KeysFetched, LogLevel.Information, "Fetched {Count} keys for tokens from {Place}")]
    private static partial void LogFetched(ILogger logger, int count, string place);

    [LoggerMessage(
        LogEvents.KeysNotFetched,
        LogLevel.Warning,
        "The keys for tokens cannot be fetched from {Place}; {Consequence}")]
    private static partial void LogFailed(ILogger logger, Exception exception, string place, string consequence);
}
