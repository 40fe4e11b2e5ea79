using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace Relay.DocLocator.DynamoDb;

/// <summary>
/// Carries out calls to DynamoDB within a deadline: attempts that meet throttling, a server's fault or the network are
/// repeated after a growing, random pause. The SDK's own retries are off, because their pauses of up to seconds are
/// made for calls that nobody waits for. Only for calls that may be carried out twice.
/// </summary>
/// <param name="options">The deadlines.</param>
/// <param name="time">Runs the deadlines and the pauses.</param>
/// <param name="jitter">A number from 0 to 1, for each pause another; called by several threads at once.</param>
internal sealed class DynamoDbCalls(DynamoDbLocatorOptions options, TimeProvider time, Func<double> jitter)
{
    private readonly DynamoDbLocatorOptions options = options;
    private readonly TimeProvider time = time;
    private readonly Func<double> jitter = jitter;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(400);

    private static readonly HashSet<string> Throttling = new(StringComparer.Ordinal)
    {
        "ProvisionedThroughputExceededException", "ThrottlingException", "Throttling", "RequestLimitExceeded",
            "TooManyRequestsException", "LimitExceededException",
    };

    /// <summary>Runs a call that consists of one or more requests under one deadline.</summary>
    /// <exception cref="LocatorUnavailableException">It failed, or the deadline passed; the message says the last
    /// reason.</exception>
    internal async Task<T> RunAsync<T>(string what, Func<Attempts, Task<T>> call, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var deadline = new CancellationTokenSource(options.CallTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var attempts = new Attempts(this, both.Token);
        try
        {
            return await call(attempts).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException exception)
        {
            var last = attempts.LastFailure ?? exception;
            var limit = options.CallTimeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            throw new LocatorUnavailableException($"{what}: no answer within {limit} s. {Reason(last)}", last);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw new LocatorUnavailableException($"{what}: {Reason(exception)}", exception);
        }
    }

    /// <summary>What a person who runs the node can make of a failure.</summary>
    internal string Reason(Exception exception) => exception switch
    {
        ResourceNotFoundException => $"The DynamoDB table '{options.Table}' does not exist.",
        AmazonServiceException { StatusCode: HttpStatusCode.Forbidden }
            or AmazonServiceException { ErrorCode: "AccessDeniedException" or "UnrecognizedClientException" } =>
            $"DynamoDB refuses this node's credentials: {exception.Message}",
        OperationCanceledException => "DynamoDB did not answer.",
        _ => exception.Message,
    };

    /// <summary>A dependency's failure, and not a mistake in this code.</summary>
    internal static bool IsFailure(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException
            or SocketException or TimeoutException or WebException;

    /// <summary>A failure that another attempt may not meet.</summary>
    internal static bool IsPassing(Exception exception) => exception switch
    {
        ConditionalCheckFailedException or ResourceNotFoundException => false,
        AmazonServiceException { ErrorCode: { } code } when Throttling.Contains(code) => true,
        AmazonServiceException
        {
            StatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests
            or HttpStatusCode.RequestTimeout
        } => true,
        AmazonServiceException { StatusCode: not 0 } => false,
        _ => IsFailure(exception),
    };

    /// <summary>The attempts of one call.</summary>
    internal sealed class Attempts(DynamoDbCalls calls, CancellationToken cancellation)
    {
        private TimeSpan pause = FirstPause;

        internal Exception? LastFailure { get; private set; }

        /// <summary>
        /// Repeats a request until it is answered, by a result or by a failure that another attempt would not change.
        /// </summary>
        internal async Task<T> RequestAsync<T>(Func<CancellationToken, Task<T>> request)
        {
            while (true)
            {
                using var attempt = new CancellationTokenSource(calls.options.AttemptTimeout, calls.time);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(attempt.Token, cancellation);
                try
                {
                    return await request(both.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
                {
                    LastFailure ??= exception;
                }
                catch (Exception exception) when (IsPassing(exception))
                {
                    LastFailure = exception;
                }

                await PauseAsync().ConfigureAwait(false);
            }
        }

        /// <summary>
        /// Waits before the next attempt: half of the pause is random, so that nodes that were refused together do not
        /// come back together.
        /// </summary>
        internal async Task PauseAsync()
        {
            await Task.Delay(pause * (0.5 + (calls.jitter() / 2)), calls.time, cancellation).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
