using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace Relay.Persistence.S3;

/// <summary>
/// Carries out calls to S3 within a deadline, and turns what goes wrong into one exception with a sentence. The SDK
/// repeats what was throttled or cut off before its answer began.
/// </summary>
internal sealed class S3Calls(S3SnapshotStoreOptions options, TimeProvider time)
{
    /// <summary>The deadline of a call that transfers so many bytes, each of them once.</summary>
    internal TimeSpan Deadline(long bytes) =>
        options.CallTimeout + TimeSpan.FromSeconds((double)bytes / options.MinBytesPerSecond);

    /// <exception cref="SnapshotStoreUnavailableException">It failed, or the deadline passed.</exception>
    internal async Task<T> RunAsync<T>(string what, long bytes, Func<CancellationToken, Task<T>> call,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var limit = Deadline(bytes);
        using var deadline = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await call(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException exception)
        {
            var seconds = limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            throw new SnapshotStoreUnavailableException($"{what}: S3 did not answer within {seconds} s.", exception);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw new SnapshotStoreUnavailableException($"{what}: {Reason(exception)}", exception);
        }
    }

    /// <summary>What a person who runs the node can make of a failure.</summary>
    internal string Reason(Exception exception) => exception switch
    {
        AmazonS3Exception { ErrorCode: "NoSuchBucket" } => $"The bucket '{options.Bucket}' does not exist.",
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } refusal =>
            $"S3 refuses it on the bucket '{options.Bucket}' ({refusal.ErrorCode}): {Sentence(refusal)} A node needs "
                + "s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on its objects.",
        AmazonS3Exception error => $"{Sentence(error)} (HTTP {(int)error.StatusCode}, {error.ErrorCode})",
        _ => exception.Message,
    };

    internal static bool IsFailure(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException
            or SocketException or TimeoutException or WebException;

    /// <summary>The object is not there. A missing bucket is something else.</summary>
    internal static bool IsNoObject(AmazonS3Exception exception) =>
        exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode is not "NoSuchBucket";

    private static string Sentence(AmazonS3Exception exception) =>
        string.IsNullOrWhiteSpace(exception.Message) ? $"{exception.ErrorCode}." : exception.Message.TrimEnd('.') + ".";
}
