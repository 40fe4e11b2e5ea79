namespace Relay.Sessions;

/// <summary>
/// How many connections may still want entries that were delivered: those that are sending, and those that are not sent
/// entries yet. Belongs to the session's mailbox.
/// </summary>
internal sealed class DeliveryDemand
{
    private int sending;
    private int opening;

    public bool IsNone => sending == 0 && opening == 0;

    /// <summary>A connection was greeted.</summary>
    public void Open() => opening++;

    /// <summary>From now on the connection is sent entries.</summary>
    public void Follow(DeliveryState state)
    {
        if (!state.Follows)
        {
            state.Follows = true;
            opening--;
        }
    }

    /// <summary>The connection sends what it was given.</summary>
    public void BeginSending(DeliveryState state)
    {
        state.IsSending = true;
        sending++;
    }

    /// <summary>It has sent that.</summary>
    public void EndSending(DeliveryState state)
    {
        if (state.IsSending)
        {
            state.IsSending = false;
            sending--;
        }
    }

    /// <summary>A connection is gone.</summary>
    /// <param name="state">What it was sent.</param>
    /// <param name="isServed">Whether it was greeted.</param>
    public void Leave(DeliveryState state, bool isServed)
    {
        EndSending(state);
        opening -= isServed && !state.Follows ? 1 : 0;
    }
}
