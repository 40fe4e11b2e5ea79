using System.Globalization;
using Relay.Yjs;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// Documents with unsaved entries as jobs: per partition a set of them by the time at which they are due, attempts and
/// problems; and a key with an expiry for each claim.
/// </summary>
/// <remarks>
/// Each call is one script on keys of one partition, so it happens wholly or not at all. A call about all partitions
/// asks them one by one: what it returns need not have been there at one moment.
/// </remarks>
internal sealed class RedisJobs(RedisConnection connection, RedisKeys keys, SaveJobOptions options, ulong node)
    : ISaveJobs
{
    /// <summary>So many jobs each partition names at least, where more are asked for.</summary>
    private const int LeastShare = 8;

    private readonly string node = node.ToString("x16", CultureInfo.InvariantCulture);

    /// <inheritdoc />
    public async ValueTask<SaveClaim> ClaimAsync(DocumentName document, TimeSpan lease, CancellationToken cancellation)
    {
        var names = keys.Of(document);
        ArgumentOutOfRangeException.ThrowIfLessThan(lease, TimeSpan.FromMilliseconds(1));
        cancellation.ThrowIfCancellationRequested();
        var answer = (RedisResult[])(await connection.EvaluateAsync(
            RedisScript.Claim,
            [names.Head, names.Jobs, names.Claim],
            [names.Name, node, RedisNumber.Milliseconds(lease)],
            cancellation))!;
        var saved = answer.Length > 1
            ? new Position((long)answer[1], (long)answer[2], RedisEntry.DecodeId((byte[])answer[3]!))
            : Position.None;
        return new SaveClaim((int)answer[0] == 1, saved);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<SaveJob>> ClaimOrphanedAsync(int most, TimeSpan lease,
        CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        ArgumentOutOfRangeException.ThrowIfLessThan(lease, TimeSpan.FromMilliseconds(1));
        cancellation.ThrowIfCancellationRequested();
        if (most == 0)
        {
            return [];
        }

        var due = await OfPartitionsAsync(async partition =>
        {
            var answer = (RedisResult[])(
                await connection.EvaluateAsync(RedisScript.Orphaned, [keys.Jobs(partition)], [most], cancellation))!;
            return answer.Chunk(2).Select(pair => (Name: (string)pair[0]!, DueAt: (double)pair[1]));
        });
        var claimed = new List<SaveJob>();
        foreach (var (name, _) in due.OrderBy(one => one.DueAt))
        {
            if (claimed.Count == most)
            {
                break;
            }

            if (await ClaimOrphanedAsync(RedisKeys.Decode(name), lease, cancellation) is { } job)
            {
                claimed.Add(job);
            }
        }

        return claimed;
    }

    /// <inheritdoc />
    public async ValueTask FailAsync(DocumentName document, string problem, CancellationToken cancellation)
    {
        var names = keys.Of(document);
        ArgumentNullException.ThrowIfNull(problem);
        cancellation.ThrowIfCancellationRequested();
        await connection.EvaluateAsync(
            RedisScript.Fail,
            [names.Jobs, names.Claim, names.Attempts, names.Problems],
            [names.Name, node, problem, RedisNumber.Milliseconds(options.RetryAfter), options.StalledAfter,
                RedisNumber.Milliseconds(options.StalledInterval)],
            cancellation);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<SaveJob>> ListAsync(int most, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        cancellation.ThrowIfCancellationRequested();
        if (most == 0)
        {
            return [];
        }

        var first = await FindAsync(most, cancellation);
        var claims = await Task.WhenAll(first.Select(one =>
            connection.CallAsync(
                redis => redis.GetDatabase()
                .KeyExistsAsync(keys.Of(RedisKeys.Decode(one.Name)).Claim, CommandFlags.DemandMaster), cancellation)));
        return
        [
            .. first.Zip(claims, (one, isClaimed) => new SaveJob(
                RedisKeys.Decode(one.Name), StateOf(isClaimed, one.Attempts), one.Attempts, Time(one.DueAt),
                    one.Problem.Length > 0 ? one.Problem : null)),
        ];
    }

    /// <summary>
    /// The jobs that failed most often, and of equal ones rather those that were due first. Each partition names a few;
    /// all that it has is read only where more of it may be among those that are asked for: to look at all of many jobs
    /// would keep Redis from everything else for a noticeable time.
    /// </summary>
    private async Task<List<FoundJob>> FindAsync(int most, CancellationToken cancellation)
    {
        var share = Math.Min(most, Math.Max(LeastShare, 2 * most / keys.Partitions));
        var found = await Task.WhenAll(
            Enumerable.Range(0, keys.Partitions).Select(partition => FindAsync(partition, share, cancellation)));
        var first = First();
        var least = first.Count < most ? -1 : first[^1].Attempts;
        int[] cut = share == most
            ? []
            : [.. Enumerable.Range(0, keys.Partitions)
                .Where(partition => found[partition].Length == share && found[partition][^1].Attempts > least)];
        if (cut.Length == 0)
        {
            return first;
        }

        foreach (var (partition,
            all) in cut.Zip(await Task.WhenAll(cut.Select(partition => FindAsync(partition, most, cancellation)))))
        {
            found[partition] = all;
        }

        return First();

        List<FoundJob> First() => [
            .. found.SelectMany(some => some).OrderByDescending(one => one.Attempts)
            .ThenBy(one => one.DueAt).Take(most)];
    }

    private async Task<FoundJob[]> FindAsync(int partition, int most, CancellationToken cancellation)
    {
        var answer = (RedisResult[])(
            await connection.EvaluateAsync(RedisScript.Jobs,
                [keys.Jobs(partition), keys.Attempts(partition), keys.Problems(partition)], [most], cancellation))!;
        return [.. answer.Chunk(4)
            .Select(one => new FoundJob((string)one[0]!, (double)one[1], (int)(double)one[2], (string)one[3]!))];
    }

    private async Task<SaveJob?> ClaimOrphanedAsync(DocumentName document, TimeSpan lease,
        CancellationToken cancellation)
    {
        var names = keys.Of(document);
        var result = await connection.EvaluateAsync(
            RedisScript.ClaimOrphaned,
            [names.Jobs, names.Claim, names.Attempts, names.Problems],
            [names.Name, node, RedisNumber.Milliseconds(lease), RedisNumber.Milliseconds(options.RetryAfter),
                options.StalledAfter, RedisNumber.Milliseconds(options.StalledInterval)],
            cancellation);
        return result.IsNull ? null : (RedisResult[])result! is var answer
            ? new SaveJob(document, SaveJobState.Claimed, (int)answer[0], Time((double)answer[1]),
                answer.Length > 2 ? (string?)answer[2] : null)
            : null;
    }

    private SaveJobState StateOf(bool isClaimed, int attempts) =>
        isClaimed ? SaveJobState.Claimed
        : attempts >= options.StalledAfter ? SaveJobState.Stalled
        : attempts > 0 ? SaveJobState.Retried
        : SaveJobState.Available;

    private static DateTimeOffset Time(double milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);

    private async Task<List<T>> OfPartitionsAsync<T>(Func<int, Task<IEnumerable<T>>> ask) =>
        [.. (await Task.WhenAll(Enumerable.Range(0, keys.Partitions).Select(ask))).SelectMany(some => some)];

    private readonly record struct FoundJob(string Name, double DueAt, int Attempts, string Problem);
}
