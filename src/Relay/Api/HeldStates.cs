using Relay.Connections;
using Relay.Problems;

namespace Relay.Api;

/// <summary>
/// Encoded documents that are being sent to HTTP clients, which may read slowly: each is charged once, however many
/// clients it is sent to, and goes back when the last of them has it. Thread-safe.
/// </summary>
/// <param name="budget">
/// What they are charged to: one of their own, so that slow readers do not keep writers out.
/// </param>
internal sealed class HeldStates(BufferBudget budget)
{
    private readonly Lock gate = new();
    private readonly Dictionary<byte[], int> holders = new(ReferenceEqualityComparer.Instance);

    /// <summary>Charges a state, when there is room.</summary>
    /// <returns>False when there is none; otherwise the caller calls <see cref="Release"/> later.</returns>
    public async ValueTask<bool> TryHoldAsync(byte[] state, CancellationToken cancellation)
    {
        if (TryJoin(state))
        {
            return true;
        }

        if (!await budget.TakeAsync(ChargeOf(state), cancellation))
        {
            return false;
        }

        lock (gate)
        {
            if (holders.TryAdd(state, 1))
            {
                return true;
            }

            holders[state]++;
        }

        // Another request has charged it meanwhile.
        budget.Return(ChargeOf(state));
        return true;
    }

    /// <summary>Sends a state to a client, or says that there is no room for it now.</summary>
    /// <param name="context">The request.</param>
    /// <param name="state">The whole memory of a state; all to whom the same memory is sent share its charge.</param>
    /// <param name="content">What of it is sent.</param>
    public async Task AnswerAsync(HttpContext context, byte[] state, ReadOnlyMemory<byte> content)
    {
        if (!await TryHoldAsync(state, context.RequestAborted))
        {
            await DocumentRequest.AnswerLaterAsync(
                context,
                "This node sends as many documents as it may at the moment (Limits:MaxBufferedBytes).",
                ProblemKind.Limit);
            return;
        }

        try
        {
            await DocumentEndpoint.AnswerAsync(context, content);
        }
        finally
        {
            Release(state);
        }
    }

    /// <summary>A client has the state, or is gone.</summary>
    public void Release(byte[] state)
    {
        lock (gate)
        {
            if (--holders[state] > 0)
            {
                return;
            }

            holders.Remove(state);
        }

        budget.Return(ChargeOf(state));
    }

    private bool TryJoin(byte[] state)
    {
        lock (gate)
        {
            if (!holders.TryGetValue(state, out var count))
            {
                return false;
            }

            holders[state] = count + 1;
            return true;
        }
    }

    /// <summary>Small states are free; one that is larger than the budget is sent when no other is.</summary>
    private long ChargeOf(byte[] state) => Math.Clamp(state.Length - ChargedBuffer.FreeBytes, 0, budget.MaxBytes);
}
